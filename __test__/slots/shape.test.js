'use strict'

// The shape of 0.1.0, which code of 2013 leans on.

const assert = require('assert')
const EventEmitter = require('events')
const test = require('node:test')
const util = require('util')
const CallosumServerSlots = require('../..')

const { prototype } = CallosumServerSlots

test('it is a base for ES5 constructors', () => {
  function Mine (name) {
    CallosumServerSlots.call(this)
    this.name = name
  }
  util.inherits(Mine, CallosumServerSlots)
  Mine.prototype.get = function () { return `${this.name} ${Mine.super_.prototype.get.call(this)}` }
  const [a, b] = [new Mine('a'), new Mine('b')]
  assert.deepStrictEqual([a.get(), a.get(), b.get()], ['a 0', 'a 1', 'b 0'])
  assert.ok(a instanceof CallosumServerSlots && a instanceof EventEmitter)
})

test('it is a base for ES6 classes', () => {
  class Mine extends CallosumServerSlots {
    get () { return `slot ${super.get()}` }
  }
  const slots = new Mine()
  assert.deepStrictEqual([slots.get(), slots.get(), slots.put(0), slots.get()], ['slot 0', 'slot 1', undefined, 'slot 0'])
})

test('no method calls what a subclass overrides, but emit()', () => {
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
  assert.deepStrictEqual([leases[0].slot, leases[1].slot, slots.get()], [0, 1, 8002])
  assert.strictEqual(slots.adopt(2).slot, 2)
  leases[0].release()
  assert.match(util.inspect(slots), /size: 2, maxSlotGiven: 3, next: 0, maxSlots: 3/)
  assert.deepStrictEqual([[...slots], slots.toJSON().inUse], [[1, 2], [[1, 3]]])
  assert.deepStrictEqual(Mapped.from(slots.toJSON()).toJSON(), slots.toJSON())
})

test('its name, length and super_ are those of 0.1.0', () => {
  assert.strictEqual(CallosumServerSlots.name, 'CallosumServerSlots')
  assert.strictEqual(CallosumServerSlots.length, 0)
  assert.strictEqual(CallosumServerSlots.super_, EventEmitter)
  assert.strictEqual(new CallosumServerSlots().constructor, CallosumServerSlots)
})

for (const method of ['get', 'put']) {
  test(`${method} can be stubbed on an instance and on the prototype`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method)
    const { value, ...flags } = descriptor
    assert.deepStrictEqual(flags, { writable: true, configurable: true, enumerable: true })
    const slots = new CallosumServerSlots()
    slots[method] = () => 'stub'
    assert.strictEqual(slots[method](), 'stub')
    try {
      prototype[method] = () => 'stub'
      assert.strictEqual(new CallosumServerSlots()[method](), 'stub')
    } finally {
      Object.defineProperty(prototype, method, descriptor)
    }
  })
}

test('what is new is not enumerable', () => {
  const keys = []
  for (const key in new EventEmitter()) keys.push(key)
  const ours = []
  for (const key in new CallosumServerSlots()) if (!keys.includes(key)) ours.push(key)
  assert.deepStrictEqual(ours.sort(), ['get', 'put'])
})

test('its iterator is values(), and can be replaced as that of a Map', () => {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(prototype, Symbol.iterator)
  assert.strictEqual(value, prototype.values)
  const { value: _, ...expected } = Object.getOwnPropertyDescriptor(Map.prototype, Symbol.iterator)
  assert.deepStrictEqual(flags, expected)
})

test('calling it without new throws', () => {
  const { CallosumServerSlots: unbound } = CallosumServerSlots
  for (const call of [() => unbound(), () => CallosumServerSlots.CallosumServerSlots(), () => CallosumServerSlots.call({})]) {
    assert.throws(call, { name: 'TypeError', message: /new/ })
  }
})

test('calling it on an instance starts afresh, as in 0.1.0', () => {
  const slots = new CallosumServerSlots()
  const lease = slots.lease()
  CallosumServerSlots.call(slots)
  assert.deepStrictEqual([slots.size, slots.get(), slots.get(), slots.put(0), slots.get()], [0, 0, 1, undefined, 0])
  lease.release()
  assert.strictEqual(slots.has(0), true)
})

test('an instance shows no state of its own beside that of EventEmitter, but to deep comparison', () => {
  const slots = new CallosumServerSlots()
  slots.get()
  const keys = Reflect.ownKeys(new EventEmitter())
  assert.deepStrictEqual(Reflect.ownKeys(slots).map(String), [...keys.map(String), 'Symbol(state)'])
  assert.deepStrictEqual(Object.keys({ ...slots }), Object.keys(new EventEmitter()))
})

const receivers = { 'a Proxy of an instance': new Proxy(new CallosumServerSlots(), {}), 'an heir': Object.create(new CallosumServerSlots()), '{}': {}, 'Object.create(prototype)': Object.create(prototype), undefined, null: null, 17: 17, 'the prototype': prototype, 'an emitter': new EventEmitter() }
for (const [name, receiver] of Object.entries(receivers)) {
  test(`every member throws a TypeError on ${name}`, () => {
    for (const key of Reflect.ownKeys(prototype)) {
      if (key === 'constructor' || key === util.inspect.custom) continue
      const { value, get } = Object.getOwnPropertyDescriptor(prototype, key)
      assert.throws(() => (value || get).call(receiver, 0), { name: 'TypeError', message: 'The receiver is not a CallosumServerSlots' }, String(key))
    }
  })
}

test('assert.deepStrictEqual() tells managers in different states apart', () => {
  const [a, b] = [new CallosumServerSlots(), new CallosumServerSlots()]
  assert.deepStrictEqual(a, b)
  a.get()
  assert.throws(() => assert.deepStrictEqual(a, b), { code: 'ERR_ASSERTION' })
  b.get()
  assert.deepStrictEqual(a, b)
  assert.throws(() => assert.deepStrictEqual(new CallosumServerSlots({ maxSlots: 5 }), new CallosumServerSlots()), { code: 'ERR_ASSERTION' })
})
