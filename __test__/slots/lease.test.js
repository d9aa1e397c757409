'use strict'

// lease(): a slot that goes back once.

const assert = require('node:assert/strict')
const EventEmitter = require('node:events')
const { test } = require('node:test')
const { inspect } = require('node:util')

const CallosumServerSlots = require('../..')
const { Internals: { leasesOf, wordsOf } } = require('../../lib/internals.js')
const { LEASE_COUNT } = require('../../lib/layout.js')
const { ROOT, run } = require('../support/child')
const { take, errorsOf } = require('../support/states')

const make = options => new CallosumServerSlots(options)

test('it takes the lowest free slot', () => {
  const slots = take(make(), 3)
  slots.put(1)
  assert.equal(slots.lease().slot, 1)
  assert.equal(slots.lease().slot, 3)
  assert.equal(slots.size, 4)
})

test('release() puts the slot back, and returns undefined', () => {
  const slots = make()
  const lease = slots.lease()
  assert.equal(slots.has(0), true)
  assert.equal(lease.release(), undefined)
  assert.equal(slots.has(0), false)
  assert.equal(slots.get(), 0)
})

test('release() does so once, also where another holds the slot by then', () => {
  const slots = make()
  const errors = errorsOf(slots)
  const lease = slots.lease()
  lease.release()
  lease.release()
  assert.deepEqual(errors, [])
  assert.equal(slots.get(), 0)
  assert.equal(lease.release(), undefined)
  assert.equal(slots.has(0), true)
  assert.deepEqual(errors, [])
})

test("it is undefined if no slot is free, after 'full'", () => {
  const slots = take(make({ maxSlots: 2 }), 2)
  let fulls = 0
  slots.on('full', () => fulls++)
  assert.equal(slots.lease(), undefined)
  assert.equal(fulls, 1)
  assert.equal(slots.size, 2)
})

test('lease(slot) leases that very slot', () => {
  const slots = make()
  const lease = slots.lease(7)
  assert.equal(lease.slot, 7)
  assert.deepEqual([...slots], [7])
  lease.release()
  assert.equal(slots.size, 0)
})

test('lease(slot) is undefined if the slot is in use, and changes nothing', () => {
  const slots = take(make(), 2)
  const errors = errorsOf(slots)
  const lease = slots.lease(5)
  assert.equal(slots.lease(1), undefined)
  assert.equal(slots.lease(5), undefined)
  assert.deepEqual(errors, [])
  lease.release()
  assert.deepEqual([...slots], [0, 1])
})

test('lease(slot) and adopt(slot) emit an error for what is not a slot below the limit', () => {
  const slots = make({ maxSlots: 10 })
  const errors = errorsOf(slots)
  for (const name of ['lease', 'adopt']) {
    for (const [value, reason] of [['1', 'not a slot'], [-1, 'not a slot'], [1.5, 'not a slot'], [null, 'not a slot'], [2147483647, 'not a slot'], [10, 'out of range']]) {
      errors.length = 0
      assert.equal(slots[name](value), undefined)
      assert.deepEqual(errors.map(({ code, reason, slot }) => [code, reason, slot]), [['ERR_INVALID_SLOT', reason, value]])
    }
  }
  assert.equal(slots.size, 0)
})

test('adopt(slot) leases a slot in use that has no lease', () => {
  const slots = take(make(), 3)
  const lease = slots.adopt(1)
  assert.equal(lease.slot, 1)
  assert.equal(slots.size, 3)
  lease.release()
  lease.release()
  assert.deepEqual([...slots], [0, 2])
})

test('adopt(slot) is undefined if the slot is free, or leased already', () => {
  const slots = take(make(), 2)
  const errors = errorsOf(slots)
  const lease = slots.lease()
  assert.equal(slots.adopt(2), undefined)
  assert.equal(slots.adopt(5), undefined)
  const adopted = slots.adopt(1)
  assert.equal(slots.adopt(1), undefined)
  lease.release()
  adopted.release()
  assert.equal(slots.adopt(1), undefined)
  assert.deepEqual([[...slots], errors], [[0], []])
})

test('the slots of a restored manager can be adopted, each once', () => {
  const slots = CallosumServerSlots.from({ maxSlots: 100, maxSlotGiven: 9, inUse: [[0, 3], [8, 9]] })
  const leases = [0, 1, 2, 8].map(slot => slots.adopt(slot))
  assert.deepEqual(leases.map(lease => lease.slot), [0, 1, 2, 8])
  assert.deepEqual([0, 1, 2, 8].map(slot => slots.adopt(slot)), [undefined, undefined, undefined, undefined])
  for (const lease of leases) lease.release()
  assert.equal(slots.size, 0)
})

test('after clear() a lease from before does nothing', () => {
  const slots = make()
  const errors = errorsOf(slots)
  const lease = slots.lease()
  slots.clear()
  lease.release()
  assert.deepEqual(errors, [])
  assert.equal(slots.get(), 0)
  lease.release()
  assert.equal(slots.has(0), true)
})

test("after clear() a lease from before leaves the slot's next holder alone", () => {
  const slots = make()
  const lease = slots.lease()
  slots.clear()
  const next = slots.lease()
  assert.equal(next.slot, 0)
  lease.release()
  assert.equal(slots.has(0), true)
  next.release()
  assert.equal(slots.has(0), false)
})

test('many leases released out of order leave nothing behind', () => {
  const slots = make()
  const leases = Array.from({ length: 3000 }, () => slots.lease())
  assert.deepEqual(leases.map(lease => lease.slot), leases.map((_, i) => i))
  for (let i = 0; i < 3000; i++) leases[i * 1009 % 3000].release()
  assert.equal(slots.size, 0)
})

test('after the constructor was called again a lease from before does nothing', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  CallosumServerSlots.call(slots)
  assert.equal(slots.get(), 0)
  lease.release()
  assert.equal(slots.has(0), true)
})

test('lease(-0) is a lease of slot 0', () => {
  const slots = new CallosumServerSlots()
  assert.ok(Object.is(slots.lease(-0).slot, 0))
  assert.equal(slots.adopt(0), undefined)
  slots.clear()
  slots.get()
  assert.ok(Object.is(slots.adopt(-0).slot, 0))
})

test('release needs no receiver, and ignores what it is called with', () => {
  const slots = new CallosumServerSlots()
  const socket = new EventEmitter()
  const { release } = slots.lease()
  socket.once('close', release)
  socket.emit('close', true)
  assert.equal(slots.size, 0)
  const other = slots.lease()
  other.release.call(new CallosumServerSlots(), 5)
  assert.equal(slots.size, 0)
})

test('[Symbol.dispose] is release', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  assert.equal(typeof Symbol.dispose, 'symbol')
  assert.equal(lease[Symbol.dispose], lease.release)
  lease[Symbol.dispose]()
  lease.release()
  assert.equal(slots.size, 0)
})

test('each lease has its own release', () => {
  const slots = new CallosumServerSlots()
  const [a, b] = [slots.lease(), slots.lease()]
  assert.notEqual(a.release, b.release)
  b.release()
  assert.deepEqual([slots.has(0), slots.has(1)], [true, false])
})

test('a lease shows its slot', () => {
  const lease = new CallosumServerSlots().lease()
  assert.equal(JSON.stringify(lease), '{"slot":0}')
  assert.deepEqual(Object.keys(lease), ['slot', 'release'])
})

test('lease() with no stack left takes no slot', () => {
  const slots = new CallosumServerSlots()
  let thrown = 0
  function deep () {
    try {
      deep()
    } catch (_) {}
    if (deep.lease !== undefined) return
    try {
      deep.lease = slots.lease()
    } catch (_) {
      thrown++
    }
  }
  for (let count = 1; count <= 300; count++) {
    deep.lease = undefined
    deep()
    assert.equal(slots.size, count)
  }
  assert.ok(thrown > 0)
})

/** How a slot comes to be leased: the manager, and the lease. */
const LEASED = {
  'by lease()': slots => slots.lease(),
  'by lease(slot), below the high-water mark': slots => take(slots, 3).put(1) || slots.lease(1),
  'by lease(slot), at the high-water mark': slots => slots.lease(0),
  'by lease(slot), above it': slots => slots.lease(900),
  'by lease(slot), in a larger bitmap': slots => take(slots, 1000).lease(5000),
  'by lease(slot), as a sparse reservation': slots => slots.lease(1e9),
  'by adopt()': slots => take(slots, 3).adopt(1),
  'by adopt(), of a sparse reservation': slots => slots.reserve(1e9) && slots.adopt(1e9),
  'by lease(), where the bitmap has to grow': slots => take(slots, 1024).lease(),
  'by lease(slot), before the bitmap grew over it': slots => {
    const lease = slots.lease(100000)
    take(slots, 70000)
    slots.adopt(69999)
    return lease
  },
  'by lease(slot), before the table of leases grew over it': slots => {
    const lease = slots.lease(100000)
    take(slots, 70000)
    slots.lease(131071).release()
    return lease
  }
}

for (const [how, lease] of Object.entries(LEASED)) {
  test(`put() ends the lease of its slot: ${how}`, () => {
    const slots = make()
    const { slot, release } = lease(slots)
    const errors = errorsOf(slots)
    assert.equal(slots.has(slot), true)
    assert.equal(slots.adopt(slot), undefined)
    assert.equal(slots.put(slot), undefined)
    release()
    assert.equal(slots.has(slot), false)
    assert.equal(slots.reserve(slot), true)
    release()
    assert.equal(slots.has(slot), true)
    const next = slots.adopt(slot)
    release()
    assert.equal(slots.has(slot), true)
    next.release()
    assert.deepEqual([slots.has(slot), errors], [false, []])
  })

  test(`release() frees the slot, once: ${how}`, () => {
    const slots = make()
    const { slot, release } = lease(slots)
    release()
    assert.equal(slots.has(slot), false)
    slots.reserve(slot)
    release()
    assert.equal(slots.has(slot), true)
  })
}

test('leases that ended leave nothing behind', () => {
  const slots = take(make(), 2000)
  const leases = [slots.lease(), slots.lease(1e9), slots.lease(1e9 + 1), slots.adopt(5)]
  assert.equal(slots.lease(1e9), undefined)
  assert.equal(wordsOf(slots)[LEASE_COUNT], 4)
  for (const { slot, release } of leases) if (slot % 2 === 0) release(); else slots.put(slot)
  assert.deepEqual([wordsOf(slots)[LEASE_COUNT], leasesOf(slots).pages.size], [0, 0])
})

test('no method calls what a subclass overrides', () => {
  class Mapped extends CallosumServerSlots {
    get () { return super.get() + 8000 }
    put (slot) { return super.put(slot - 8000) }
    has (slot) { return super.has(slot - 8000) }
    reserve (slot) { return super.reserve(slot - 8000) }
    peek () { return super.peek() + 8000 }
    clear () { throw new Error('clear() ran') }
    values () { throw new Error('values() ran') }
    get size () { throw new Error('size ran') }
    get maxSlots () { throw new Error('maxSlots ran') }
    get maxSlotGiven () { throw new Error('maxSlotGiven ran') }
  }
  const slots = new Mapped({ maxSlots: 3 })
  const leases = [slots.lease(), slots.lease(1)]
  assert.deepEqual([leases[0].slot, leases[1].slot, slots.get()], [0, 1, 8002])
  assert.equal(slots.adopt(2).slot, 2)
  leases[0].release()
  assert.match(inspect(slots), /size: 2, maxSlotGiven: 3, next: 0, maxSlots: 3/)
  assert.deepEqual([[...slots], slots.toJSON().inUse], [[1, 2], [[1, 3]]])
  assert.deepEqual(Mapped.from(slots.toJSON()).toJSON(), slots.toJSON())
})

test('memory that a lease does not get: an error, and the slot stays as it was', async () => {
  const said = await run(['-e', `
    const Numbers = Float64Array
    let isArmed = false
    globalThis.Float64Array = function (length) {
      if (isArmed) throw new RangeError('refused')
      return new Numbers(length)
    }
    const slots = new (require(${JSON.stringify(ROOT)}))()
    const held = slots.lease()
    slots.on('error', ({ code, message }) => console.log(code, message))
    for (let i = 0; i < 50; i++) slots.get()
    isArmed = true
    console.log(slots.lease(), slots.lease(60), slots.adopt(50), slots.size, slots.peek())
    isArmed = false
    console.log(slots.lease().slot, slots.lease(60).slot, slots.adopt(50).slot)
    held.release()
    console.log(slots.size, slots.peek())`])
  const error = 'ERR_MEMORY_ALLOCATION_FAILED Memory allocation failed: the table of leases cannot grow\n'
  assert.equal(said, `${error.repeat(3)}undefined undefined undefined 51 51\n51 60 50\n52 0\n`)
})
