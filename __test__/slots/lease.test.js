'use strict'

// Leases: how a slot comes to be leased, and how that ends. Random programs (programs.test.js)
// compare what lease(), adopt() and release() do with a model.

const assert = require('node:assert/strict')
const EventEmitter = require('node:events')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { Internals: { leasesOf, wordsOf } } = require('../../lib/internals.js')
const { Leases } = require('../../lib/leases.js')
const { LEASE_COUNT } = require('../../lib/layout.js')
const { take, errorsOf } = require('../support/states')

const make = options => new CallosumServerSlots(options)

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

test('a lease shows its slot, and its [Symbol.dispose] is release', () => {
  const slots = make()
  const lease = slots.lease()
  assert.equal(JSON.stringify(lease), '{"slot":0}')
  assert.deepEqual(Object.keys(lease), ['slot', 'release'])
  assert.equal(typeof Symbol.dispose, 'symbol')
  assert.equal(lease[Symbol.dispose], lease.release)
  lease[Symbol.dispose]()
  lease.release()
  assert.equal(slots.size, 0)
})

/** How a slot comes to be leased: the manager, and the lease. */
const LEASED = {
  'by lease()': slots => slots.lease(),
  'by lease(slot), below the high-water mark': slots => take(slots, 3).put(1) || slots.lease(1),
  'by lease(slot), at the high-water mark': slots => slots.lease(0),
  'by lease(slot), above it': slots => slots.lease(900),
  'by lease(slot), in a larger bitmap': slots => take(slots, 1000).lease(5000),
  'by lease(slot), as a sparse reservation': slots => slots.lease(1e9),
  'by lease(slot), of the first slot beyond the table of leases': slots => slots.lease(1023) && slots.lease(1024),
  'by adopt()': slots => take(slots, 3).adopt(1),
  'by adopt(), of a sparse reservation': slots => slots.reserve(1e9) && slots.adopt(1e9),
  'by adopt(), of the first slot beyond the table of leases': slots => slots.lease(1023) && slots.reserve(1024) && slots.adopt(1024),
  'by lease(), where the bitmap has to grow': slots => take(slots, 1024).lease(),
  'by lease(), past a sparse reservation where the bitmap ends': slots => {
    slots.reserve(1024)
    return take(slots, 1024).lease()
  },
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
  for (const end of ['put', 'release']) {
    test(`${end}() ends the lease of its slot: ${how}`, () => {
      const slots = make()
      const { slot, release } = lease(slots)
      const errors = errorsOf(slots)
      assert.equal(slots.adopt(slot), undefined)
      if (end === 'put') slots.put(slot)
      release()
      assert.equal(slots.has(slot), false)
      assert.equal(slots.reserve(slot), true)
      release()
      const next = slots.adopt(slot)
      release()
      assert.equal(slots.has(slot), true)
      next.release()
      assert.deepEqual([slots.has(slot), errors], [false, []])
    })
  }
}

test('leases that ended leave nothing behind', () => {
  const slots = take(make(), 2000)
  const leases = [slots.lease(), slots.lease(1e9), slots.lease(1e9 + 1), slots.adopt(5)]
  assert.equal(slots.lease(1e9), undefined)
  assert.equal(wordsOf(slots)[LEASE_COUNT], 4)
  for (const { slot, release } of leases) if (slot % 2 === 0) release(); else slots.put(slot)
  assert.deepEqual([wordsOf(slots)[LEASE_COUNT], leasesOf(slots).pages.size, leasesOf(slots).end], [0, 0, 2048])
})

/** Leases whose array covers 2,048 slots, after it did not cover slots 1,023 and 1,024. */
function grown (prepare = () => {}) {
  const leases = new Leases()
  for (const [slot, number] of [[1023, 1], [1024, 2], [3000, 3]]) {
    leases.makeRoom(slot, 1023)
    leases.set(slot, number)
  }
  leases.makeRoom(1000, 1024)
  leases.set(1000, 4)
  prepare(leases)
  leases.makeRoom(1500, 2048)
  return leases
}

test('the table of leases grows over some of those that it did not cover, and they are in it alone', () => {
  const leases = grown()
  assert.deepEqual([0, 1000, 1023, 1024, 1500, 3000].map(slot => leases.numberOf(slot)), [0, 4, 1, 2, 0, 3])
  assert.deepEqual([leases.end, [...leases.pages.get(0)]], [2048, [[3000, 3]]])
  leases.makeRoom(3000, 4096)
  assert.deepEqual([leases.numberOf(3000), leases.pages.size], [3, 0])
})

test('what a terminated growth has left behind replaces no lease', () => {
  const leases = grown(({ pages }) => pages.get(0).set(1000, 77))
  assert.deepEqual([leases.numberOf(1000), [...leases.pages.get(0).keys()]], [4, [3000]])
})
