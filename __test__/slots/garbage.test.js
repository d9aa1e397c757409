'use strict'

// Managers dropped at any moment: their memory comes back, and nobody else's goes.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { ROOT, SMALL_YOUNG_GENERATION, measure, run } = require('../support/child')

const PACKAGE = JSON.stringify(ROOT)

test('managers dropped in the middle of use, and in error handlers, take no other along', async () => {
  const wrong = await measure(async (CallosumServerSlots, { collect, tick }) => {
    const kept = new CallosumServerSlots()
    for (let i = 0; i < 3000; i++) kept.get()
    let wrong = 0
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 100; i++) {
        let slots = new CallosumServerSlots()
        for (let slot = 0; slot < 1100; slot++) if (slots.get() !== slot) wrong++ // its memory grows once
        for (let slot = 0; slot < 80; slot += 2) slots.put(slot)
        slots.on('error', () => {
          slots = null
          globalThis.gc({ type: 'minor' })
          kept.put(i)
          if (kept.get() !== i) wrong++
        })
        slots.put(5000)
        if (slots !== null) wrong++
      }
      globalThis.gc()
      await tick() // finalizers
      if (kept.size !== 3000 || kept.peek() !== 3000) wrong++
    }
    await collect()
    return wrong
  })
  assert.equal(wrong, 0)
})

test('managers die while others grow', async () => {
  const wrong = await measure(async (CallosumServerSlots, { tick }) => {
    let wrong = 0
    const grow = new CallosumServerSlots()
    for (let given = 0; given < 200000;) {
      for (let i = 0; i < 50; i++) new CallosumServerSlots().get()
      for (let i = 0; i < 1000; i++) if (grow.get() !== given++) wrong++
      if (given % 20000 === 0) globalThis.gc()
      await tick()
    }
    return wrong + (grow.size === 200000 ? 0 : 1)
  })
  assert.equal(wrong, 0)
})

for (const [name, end] of [
  ['process.exit()', 'process.exit(0)'],
  ['process.exit() in an error handler', "slots.on('error', () => process.exit(0)); slots.put(-1)"],
  ['calls on exit', "process.on('exit', () => { for (let i = 0; i < 3000; i++) slots.get(); new CallosumServerSlots().get() })"],
  ['the end of the event loop', '']
]) {
  test(`the process ends cleanly with managers in use: ${name}`, async () => {
    assert.equal(await run(['--expose-gc', '-e', `
      const CallosumServerSlots = require(${PACKAGE})
      const slots = globalThis.kept = new CallosumServerSlots()
      for (let i = 0; i < 2000; i++) { slots.get(); new CallosumServerSlots().get() }
      gc()
      require('fs').writeSync(1, 'ended')
      ${end}`]), 'ended')
  })
}

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
