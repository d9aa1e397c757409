'use strict'

const assert = require('assert')
const test = require('node:test')
const CallosumServerSlots = require('../..')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

const must = () => { throw new Error('code of the value ran') }
const hostile = { valueOf: must, toString: must, [Symbol.toPrimitive]: must, toJSON: must }
const traps = new Proxy({}, {})
const trapped = new Proxy({}, new Proxy({}, { get: must }))

const INVALID = [
  [3, '3'], [4, '4'], [1023, '1023'], [1024, '1024'], [2147483646, '2147483646'],
  [1, '1'], // free already
  [-1, '-1'], [-2147483648, '-2147483648'], [0.5, '0.5'], [1e-320, '1e-320'], [NaN, 'NaN'],
  [Infinity, 'Infinity'], [-Infinity, '-Infinity'], [2147483647, '2147483647'],
  [2147483648, '2147483648'], [4294967296, '4294967296'], [4294967298, '4294967298'],
  [1e300, '1e+300'], ['0', "'0'"], ['', "''"], ['slot', "'slot'"], [null, 'null'],
  [undefined, 'undefined'], [true, 'true'], [false, 'false'], [0n, '0n'],
  [Symbol('s'), 'Symbol(s)'], [[], 'an object'], [[0], 'an object'], [{}, 'an object'],
  [hostile, 'an object'], [traps, 'an object'], [trapped, 'an object'],
  [Object(0), 'an object'], [must, 'a function'], [class {}, 'a function']
]

/** 0 and 2 in use, 1 free, 3 given and free. */
function someInUse () {
  const slots = new CallosumServerSlots()
  for (let i = 0; i < 4; i++) slots.get()
  slots.put(1)
  slots.put(3)
  return slots
}

for (const [kind, prepare] of [['with fast paths', slots => slots], ['without fast paths', withoutFastPaths]]) {
  test(`get() gives 0, 1, 2 … ${kind}`, () => {
    const slots = prepare(new CallosumServerSlots())
    for (let i = 0; i < 5000; i++) assert.strictEqual(slots.get(), i)
  })

  test(`10,000 slots, the even ones put back in reverse, are taken again ascending, ${kind}`, () => {
    const slots = prepare(new CallosumServerSlots())
    for (let i = 0; i < 10000; i++) slots.get()
    for (let i = 9998; i >= 0; i -= 2) assert.strictEqual(slots.put(i), undefined)
    for (let i = 0; i < 10000; i += 2) assert.strictEqual(slots.get(), i)
    assert.strictEqual(slots.get(), 10000)
  })

  for (const [value, shown] of INVALID) {
    test(`put of ${shown} (${typeof value}) that is no slot in use is an error, ${kind}`, () => {
      const slots = prepare(someInUse())
      const errors = []
      slots.on('error', error => errors.push(error))
      assert.strictEqual(slots.put(value), true)
      assert.strictEqual(errors.length, 1)
      const [error] = errors
      assert.ok(error instanceof Error)
      assert.strictEqual(error.message, `Invalid slot: ${shown}`)
      assert.strictEqual(error.code, 'ERR_INVALID_SLOT')
      assert.ok(Object.is(error.slot, value))
      assert.deepStrictEqual([...slots], [0, 2])
      assert.deepStrictEqual([slots.get(), slots.get(), slots.get()], [1, 3, 4])
    })
  }

  test(`put without an argument is an error, ${kind}`, () => {
    const slots = prepare(someInUse())
    slots.on('error', () => {})
    assert.strictEqual(slots.put(), true)
    assert.deepStrictEqual([...slots], [0, 2])
  })

  test(`-0 is slot 0, ${kind}`, () => {
    const slots = prepare(someInUse())
    assert.strictEqual(slots.put(-0), undefined)
    assert.ok(Object.is(slots.get(), 0))
  })

  test(`put throws the error where nobody listens, and changes nothing, ${kind}`, () => {
    const slots = prepare(someInUse())
    assert.throws(() => slots.put(17), { message: 'Invalid slot: 17', code: 'ERR_INVALID_SLOT', slot: 17 })
    assert.throws(() => slots.put(1), { message: 'Invalid slot: 1' })
    assert.deepStrictEqual([...slots], [0, 2])
  })

  test(`a slot put twice is given once, ${kind}`, () => {
    const slots = prepare(someInUse())
    slots.on('error', () => {})
    slots.put(0)
    slots.put(0)
    assert.deepStrictEqual([slots.get(), slots.get(), slots.get()], [0, 1, 3])
  })

  test(`a handler of 'error' may get and put, ${kind}`, () => {
    const slots = prepare(someInUse())
    slots.once('error', () => {
      assert.strictEqual(slots.get(), 1)
      slots.put(0)
    })
    slots.put(17)
    assert.deepStrictEqual([...slots], [1, 2])
  })

  test(`a handler that throws leaves the slots as they were, ${kind}`, () => {
    const slots = prepare(someInUse())
    slots.on('error', () => { throw new RangeError('mine') })
    assert.throws(() => slots.put(17), { name: 'RangeError', message: 'mine' })
    assert.deepStrictEqual([...slots], [0, 2])
    assert.strictEqual(slots.get(), 1)
  })

  test(`get where all are in use emits 'full', and works again after a put, ${kind}`, () => {
    const slots = prepare(new CallosumServerSlots({ maxSlots: 3 }))
    let fulls = 0
    slots.on('full', () => fulls++)
    for (let i = 0; i < 3; i++) assert.strictEqual(slots.get(), i)
    assert.strictEqual(slots.get(), undefined)
    assert.strictEqual(slots.get(), undefined)
    assert.strictEqual(fulls, 2)
    slots.put(1)
    assert.strictEqual(slots.get(), 1)
    assert.strictEqual(slots.get(), undefined)
    assert.strictEqual(slots.size, 3)
  })
}

test('put returns what an overridden emit returned', () => {
  const slots = new CallosumServerSlots()
  slots.emit = () => 'mine'
  assert.strictEqual(slots.put(17), 'mine')
})
