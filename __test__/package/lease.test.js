'use strict'

// lease(): a slot that goes back once.

const assert = require('node:assert/strict')
const EventEmitter = require('node:events')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ways, take, errorsOf } = require('../support/states')

for (const way of Object.keys(ways)) {
  const make = options => ways[way](new CallosumServerSlots(options))

  test(`it takes the lowest free slot, ${way}`, () => {
    const slots = take(make(), 3)
    slots.put(1)
    assert.equal(slots.lease().slot, 1)
    assert.equal(slots.lease().slot, 3)
    assert.equal(slots.size, 4)
  })

  test(`release() puts the slot back, and returns undefined, ${way}`, () => {
    const slots = make()
    const lease = slots.lease()
    assert.equal(slots.has(0), true)
    assert.equal(lease.release(), undefined)
    assert.equal(slots.has(0), false)
    assert.equal(slots.get(), 0)
  })

  test(`release() does so once, also where another holds the slot by then, ${way}`, () => {
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

  test(`it is undefined where no slot is free, after the event, ${way}`, () => {
    const slots = take(make({ maxSlots: 2 }), 2)
    const errors = errorsOf(slots)
    assert.equal(slots.lease(), undefined)
    assert.deepEqual(errors.map(error => error.code), ['ERR_NO_FREE_SLOT'])
    assert.equal(slots.size, 2)
  })

  test(`after clear() a lease from before does nothing, ${way}`, () => {
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

  test(`after clear() a lease from before leaves the slot's next holder alone, ${way}`, () => {
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

  test(`many leases released out of order leave nothing behind, ${way}`, () => {
    const slots = make()
    const leases = Array.from({ length: 3000 }, () => slots.lease())
    assert.deepEqual(leases.map(lease => lease.slot), leases.map((_, i) => i))
    for (let i = 0; i < 3000; i++) leases[i * 1009 % 3000].release()
    assert.equal(slots.size, 0)
  })
}

test('after the constructor was called again a lease from before does nothing', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  CallosumServerSlots.call(slots)
  assert.equal(slots.get(), 0)
  lease.release()
  assert.equal(slots.has(0), true)
})

test('it throws the error where nobody listens and no slot is free', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  assert.throws(() => slots.lease(), { code: 'ERR_NO_FREE_SLOT' })
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

test('a put() that throws is not tried again', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  slots.put = () => { throw new Error('mine') }
  assert.throws(() => lease.release(), { message: 'mine' })
  lease.release()
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

test('each lease has its own release', () => {
  const slots = new CallosumServerSlots()
  const [a, b] = [slots.lease(), slots.lease()]
  assert.notEqual(a.release, b.release)
  b.release()
  assert.deepEqual([slots.has(0), slots.has(1)], [true, false])
})

test('a lease shows its slot', () => {
  assert.equal(JSON.stringify(new CallosumServerSlots().lease()), '{"slot":0}')
})
