'use strict'

// lease(): a slot that goes back once.

const assert = require('node:assert/strict')
const EventEmitter = require('node:events')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
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

test('a stale release() leaves a slot alone that went to somebody else by a lease', () => {
  const slots = make()
  const stale = slots.lease()
  slots.put(0) // by hand, which a holder of a lease should not do
  const next = slots.lease()
  assert.equal(next.slot, 0)
  stale.release()
  assert.equal(slots.has(0), true)
  next.release()
  assert.equal(slots.has(0), false)
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

test('it takes by the get() and puts back by the put() of the instance', () => {
  const calls = []
  class Watched extends CallosumServerSlots {
    get () {
      calls.push('get')
      return super.get()
    }

    put (slot) {
      calls.push(`put ${slot}`)
      return super.put(slot)
    }
  }
  const lease = new Watched().lease()
  lease.release()
  lease.release()
  assert.deepEqual(calls, ['get', 'put 0'])
})

test('a lease by a get() that clears the manager first can be released', () => {
  class Clearing extends CallosumServerSlots {
    get () {
      this.clear()
      return super.get()
    }
  }
  const slots = new Clearing()
  const lease = slots.lease()
  assert.equal(slots.adopt(0), undefined)
  lease.release()
  assert.equal(slots.size, 0)
})

test('after a put() that threw, release() can be called again', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  slots.put = () => { throw new Error('mine') }
  assert.throws(() => lease.release(), { message: 'mine' })
  assert.throws(() => lease.release(), { message: 'mine' })
  delete slots.put
  lease.release()
  assert.equal(slots.size, 0)
  const errors = errorsOf(slots)
  lease.release()
  assert.deepEqual(errors, [])
})

test('release() of a slot that was put by hand emits the error, once', () => {
  const slots = new CallosumServerSlots()
  const errors = errorsOf(slots)
  const lease = slots.lease()
  slots.put(0)
  lease.release()
  lease.release()
  assert.deepEqual(errors.map(error => error.reason), ['free'])
})

test('release() from within a handler of the release is no second one', () => {
  const slots = new CallosumServerSlots()
  let puts = 0
  const lease = slots.lease()
  slots.put = function (slot) {
    puts++
    lease.release()
    return CallosumServerSlots.prototype.put.call(this, slot)
  }
  lease.release()
  assert.equal(puts, 1)
  assert.equal(slots.size, 0)
})

test('a put() that leases the slot again leaves that lease to be released', () => {
  class Eager extends CallosumServerSlots {
    put (slot) {
      super.put(slot)
      if (this.next === undefined) this.next = this.lease()
    }
  }
  const slots = new Eager()
  slots.lease().release()
  assert.deepEqual([slots.next.slot, slots.has(0)], [0, true])
  slots.next.release()
  assert.equal(slots.has(0), false)
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

test('a put() that throws after it has freed the slot ends the lease', () => {
  class Noisy extends CallosumServerSlots {
    put (slot) {
      super.put(slot)
      if (this.isNoisy) throw new Error('mine')
    }
  }
  const slots = new Noisy()
  slots.isNoisy = true
  const lease = slots.lease()
  assert.throws(() => lease.release(), { message: 'mine' })
  assert.equal(slots.get(), 0)
  lease.release()
  assert.equal(slots.has(0), true)
})
