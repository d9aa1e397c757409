'use strict'

// Memory and time: what an instance takes, and that it gives it back.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ROOT, SMALL_YOUNG_GENERATION, measure } = require('../support/child')

const PACKAGE = JSON.stringify(ROOT)

test('1,000,000 instances made and dropped in waves leave the process where it was after the first two', async () => {
  const waves = await measure(async (CallosumServerSlots, { tick, collect }) => {
    const waves = []
    for (let wave = 0; wave < 10; wave++) {
      for (let i = 0; i < 200; i++) {
        for (let j = 0; j < 500; j++) new CallosumServerSlots().get()
        await tick() // a server's turn of the event loop
      }
      await collect()
      waves.push(process.memoryUsage())
    }
    return waves
  }, SMALL_YOUNG_GENERATION)
  const [, second, ...later] = waves
  // The managers of one wave take 15 MB.
  for (const [kind, most] of Object.entries({ rss: 8e6, heapUsed: 1e6, external: 1e5, arrayBuffers: 1e5 })) {
    const least = Math.min(...later.slice(-3).map(wave => wave[kind]))
    assert.ok(least - second[kind] < most, `${kind}: ${waves.map(wave => wave[kind])}`)
  }
})

test('1,000,000 slots given and returned take at most 0.2 byte a slot, as V8 is told', async () => {
  const { given, returned, again } = await measure(async (CallosumServerSlots, { collect }) => {
    const count = 1000000
    const slots = new CallosumServerSlots()
    await collect()
    const before = process.memoryUsage()
    const grown = async () => {
      await collect()
      const { external, arrayBuffers } = process.memoryUsage()
      return { external: external - before.external, arrayBuffers: arrayBuffers - before.arrayBuffers }
    }
    for (let i = 0; i < count; i++) slots.get()
    const given = await grown()
    for (let i = 0; i < count; i++) slots.put(i * 7919 % count)
    const returned = await grown()
    for (let i = 0; i < count; i++) slots.get()
    return { given, returned, again: await grown(), size: slots.size }
  })
  for (const grown of [given, returned, again]) {
    for (const kind of ['external', 'arrayBuffers']) {
      assert.ok(grown[kind] <= 200000, `${kind}: ${grown[kind]}`)
      assert.ok(grown[kind] >= 100000, `${kind}: ${grown[kind]}, less than a bit a slot`)
    }
  }
})

for (const name of ['reserve', 'lease']) {
  test(`${name}() far above all other slots takes next to no memory`, () => {
    for (const [count, most] of [[1, { arrayBuffers: 1e5, rss: 10e6 }], [1000, { arrayBuffers: 1e6, rss: 20e6 }]]) {
      const slots = new CallosumServerSlots()
      const before = process.memoryUsage()
      for (let i = 0; i < count; i++) assert.ok(slots[name](2000000000 - i * 1000000))
      const after = process.memoryUsage()
      for (const kind of ['arrayBuffers', 'rss']) assert.ok(after[kind] - before[kind] < most[kind], `${count}: ${kind}`)
    }
  })
}

for (const [how, letGo] of [
  ['the instance is collected', 'globalThis.manager = null'],
  ['clear() is called', 'manager.clear()'],
  ['the constructor is called again', 'CallosumServerSlots.call(manager)']
]) {
  test(`memory is released when ${how}`, async () => {
    const { held, kept } = await measure(`async (CallosumServerSlots, { collect }) => {
      await collect()
      const before = process.memoryUsage().arrayBuffers
      globalThis.manager = new CallosumServerSlots()
      for (let i = 0; i < 1000000; i++) manager.get()
      await collect()
      const held = process.memoryUsage().arrayBuffers - before
      ${letGo}
      await collect()
      const kept = process.memoryUsage().arrayBuffers - before
      return { held, kept }
    }`)
    assert.ok(held >= 125000, `${held} bytes held`)
    assert.ok(kept < 1000, `${kept} bytes kept`)
  })
}

test('an instance that an iterator or a lease refers to goes with them', async () => {
  const kept = await measure(async (CallosumServerSlots, { collect }) => {
    await collect()
    const before = process.memoryUsage().arrayBuffers
    let held = []
    for (let i = 0; i < 1000; i++) {
      const slots = new CallosumServerSlots()
      const lease = slots.lease()
      const iterator = slots.values()
      iterator.next()
      held.push(i % 2 ? lease : iterator)
    }
    await collect()
    for (const each of held) if (each.release) each.release()
    held = null
    await collect()
    return process.memoryUsage().arrayBuffers - before
  })
  assert.ok(kept < 1000, `${kept} bytes kept`)
})

test('what workers hold is freed when they end: resident memory grows by less than 16 MB', async () => {
  const sizes = await measure(`async (CallosumServerSlots, { collect }) => {
    const { Worker } = require('worker_threads')
    const source = ${JSON.stringify(`
      const CallosumServerSlots = require(${PACKAGE})
      globalThis.kept = []
      // Sparse reservations, 4 MB in all, which V8 knows nothing of.
      for (let i = 0; i < 10; i++) {
        kept.push(CallosumServerSlots.from({ maxSlots: 2e9, maxSlotGiven: 2e9, inUse: [[1e9, 1e9 + 1e5]] }))
      }`)}
    const sizes = []
    for (let i = 0; i < 24; i++) {
      await new Promise((resolve, reject) => new Worker(source, { eval: true }).on('exit', resolve).on('error', reject))
      await collect()
      sizes.push(process.memoryUsage().rss)
    }
    return sizes
  }`, SMALL_YOUNG_GENERATION)
  // Were it not, the last twelve would leave 48 MB.
  assert.ok(sizes[23] - sizes[11] < 16e6, sizes.join())
})

test('an instance is made in at most 5 µs', async () => {
  const best = await measure(async (CallosumServerSlots, { tick }) => {
    const batches = []
    for (let i = 0; i < 20; i++) {
      const start = process.cpuUsage() // others may run meanwhile
      for (let j = 0; j < 10000; j++) new CallosumServerSlots() // eslint-disable-line no-new
      batches.push(process.cpuUsage(start).user * 1000 / 10000)
      await tick()
    }
    return Math.min(...batches)
  })
  assert.ok(best <= 5000, `${best} ns`)
})
