'use strict'

// The event 'error' as an EventEmitter's user sees it.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take, slotsBelow } = require('../support/states')

test('it is emitted before put() returns', () => {
  const slots = new CallosumServerSlots()
  const order = []
  slots.on('error', () => order.push('error'))
  slots.put(0)
  order.push('returned')
  assert.deepEqual(order, ['error', 'returned'])
})

test('it is emitted once for a refused put(), through the emit of the instance', () => {
  class Loud extends CallosumServerSlots {
    emit (...event) {
      this.emitted = (this.emitted || []).concat([event])
      return 'what emit returned'
    }
  }
  const slots = new Loud()
  assert.equal(slots.put(3), 'what emit returned')
  assert.equal(slots.emitted.length, 1)
  const [name, error, ...others] = slots.emitted[0]
  assert.deepEqual([name, error.slot, others], ['error', 3, []])
})

test('it goes to all handlers, with the instance as this and a new error each time', () => {
  const slots = new CallosumServerSlots()
  const calls = []
  slots.on('error', function (error) { calls.push([this, error]) })
  slots.on('error', function (error) { calls.push([this, error]) })
  slots.put(1)
  slots.put(1)
  assert.deepEqual(calls.map(([receiver]) => receiver === slots), [true, true, true, true])
  assert.equal(calls[0][1], calls[1][1])
  assert.notEqual(calls[1][1], calls[2][1])
})

test('a handler added with once() is called once, and the next error throws', () => {
  const slots = new CallosumServerSlots()
  let errors = 0
  slots.once('error', () => errors++)
  assert.equal(slots.put(1), true)
  assert.throws(() => slots.put(1), { code: 'ERR_INVALID_SLOT' })
  assert.equal(errors, 1)
})

test('the error has a stack that leads to the caller', function caller () {
  const slots = new CallosumServerSlots()
  let stack
  slots.on('error', error => { stack = error.stack })
  slots.put(1)
  assert.match(stack, /^Error: Invalid slot: 1\n/)
  assert.match(stack, /caller/)
})

test('it may be emitted again from within its handler', () => {
  const slots = take(new CallosumServerSlots(), 1)
  const seen = []
  slots.on('error', error => {
    seen.push(error.slot)
    if (error.slot < 5) assert.equal(slots.put(error.slot + 1), true)
  })
  assert.equal(slots.put(1), true)
  assert.deepEqual(seen, [1, 2, 3, 4, 5])
  assert.equal(slots.size, 1)
})

test('a handler may make many other managers', () => {
  const slots = new CallosumServerSlots()
  let made = 0
  slots.on('error', () => {
    for (let i = 0; i < 1000; i++) made += take(new CallosumServerSlots(), 3).size
  })
  assert.equal(slots.put(0), true)
  assert.equal(made, 3000)
  assert.equal(slots.get(), 0)
})

test('a handler may clear the manager, and start it afresh', () => {
  const slots = take(new CallosumServerSlots(), 100)
  slots.once('error', () => slots.clear())
  assert.equal(slots.put(100), true)
  assert.equal(slots.get(), 0)
  slots.once('error', () => {
    CallosumServerSlots.call(slots)
    take(slots, 5)
  })
  slots.put(100)
  assert.equal(slots.size, 5)
})

test("get() returns undefined even if the handler of 'full' frees a slot", () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 2 }), 2)
  slots.on('full', () => {
    if (slots.size === 2) slots.put(1)
  })
  assert.equal(slots.get(), undefined)
  assert.equal(slots.get(), 1)
})

test('one of two managers that emits leaves the other alone', () => {
  const [a, b] = [take(new CallosumServerSlots(), 10), take(new CallosumServerSlots(), 2)]
  b.on('error', () => {})
  assert.equal(b.put(5), true)
  assert.equal(a.put(5), undefined)
})

test('many managers called in turn keep their slots apart', () => {
  const managers = slotsBelow(50).map(() => new CallosumServerSlots())
  for (let slot = 0; slot < 2000; slot++) {
    for (const slots of managers) assert.equal(slots.get(), slot)
  }
  for (let slot = 1999; slot >= 0; slot--) {
    if (slot % 3 === 0) managers[slot % 50].put(slot)
  }
  for (const [i, slots] of managers.entries()) {
    for (let slot = i; slot < 2000; slot += 50) if (slot % 3 === 0) assert.equal(slots.get(), slot)
    assert.equal(slots.get(), 2000)
  }
})

test('the reason of a refused put() is that the slot is free, out of range, or not a slot', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 10 }), 3)
  const reasons = []
  slots.on('error', ({ reason }) => reasons.push(reason))
  for (const value of [3, 9, 10, 2147483646, 2147483647, -1, 0.5, NaN, '1', null, undefined, 1n]) slots.put(value)
  assert.deepEqual(reasons, [
    'free', 'free', 'out of range', 'out of range',
    ...Array(8).fill('not a slot')
  ])
})

const escaped = text => Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')

const CONTROL = '\0\x01\n\x1b\x1f\x7f\x80\x9f\xad'
const INVISIBLE = '\u061c\u200b\u200f\u2028\u202e\u2060\u206f\ufeff'
const PRINTABLE = ' ~\xa0\xac\xae\u061b\u061d\u200a\u2010\u2027\u202f\u205f\u2070\ufefe\uff00'

for (const [name, value, shown] of [
  ['of 80 characters whole', 'x'.repeat(80), `'${'x'.repeat(80)}'`],
  ['of 81 characters cut short', 'x'.repeat(81), `'${'x'.repeat(80)}…'`],
  ['that is a long symbol cut short', Symbol('x'.repeat(100)), `Symbol(${'x'.repeat(73)}…`],
  ['that is a symbol with a line feed on one line', Symbol('a\nb'), 'Symbol(a\\u000ab)'],
  ['that is a bigint of 128 bits', 2n ** 127n - 1n, `${2n ** 127n - 1n}n`],
  ['that is a negative bigint of 128 bits', -(2n ** 127n), `${-(2n ** 127n)}n`],
  ['that is a bigint of 129 bits without its digits', 2n ** 127n, 'a bigint of more than 128 bits'],
  ['with control characters escaped', CONTROL, `'${escaped(CONTROL)}'`],
  ['with characters that are invisible, or turn the direction, escaped', INVISIBLE, `'${escaped(INVISIBLE)}'`],
  ['with other characters as they are', PRINTABLE, `'${PRINTABLE}'`],
  ['with pairs of surrogates as they are', '😀😀', "'😀😀'"],
  ['with halves of pairs escaped', '\ud83d a \ude00 \ud83d\ud83d\ude00\ude00', "'\\ud83d a \\ude00 \\ud83d😀\\ude00'"]
]) {
  test(`the message shows a value ${name}`, () => {
    assert.throws(() => new CallosumServerSlots().put(value), { message: `Invalid slot: ${shown}` })
  })
}
