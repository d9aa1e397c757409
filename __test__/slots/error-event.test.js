'use strict'

// The event 'error' as an EventEmitter's user sees it, and calls from within its listeners.

const assert = require('node:assert/strict')
const fs = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { test } = require('node:test')
const vm = require('node:vm')

const CallosumServerSlots = require('../..')
const { take, observe } = require('../support/states')

test('it is emitted before put() returns', () => {
  const slots = new CallosumServerSlots()
  const order = []
  slots.on('error', () => order.push('error'))
  slots.put(0)
  order.push('returned')
  assert.deepEqual(order, ['error', 'returned'])
})

test('it is emitted once, through the emit of the instance, whatever that returns', () => {
  class Loud extends CallosumServerSlots {
    emit (...event) {
      this.emitted = (this.emitted || []).concat([event])
      return false
    }
  }
  const slots = new Loud()
  slots.on('error', () => {})
  assert.equal(slots.put(3), true)
  assert.equal(slots.emitted.length, 1)
  const [name, error, ...others] = slots.emitted[0]
  assert.deepEqual([name, error.slot, others], ['error', 3, []])
  assert.equal(slots.reserve(-1), false)
})

test('the error has a stack that leads to the caller', function caller () {
  const slots = new CallosumServerSlots()
  let stack
  slots.on('error', error => { stack = error.stack })
  slots.put(1)
  assert.match(stack, /^Error: Invalid slot: 1\n/)
  assert.match(stack, /caller/)
})

/** The package in a realm of its own, as under jest. EventEmitter and the binary are of this one. */
function inAnotherRealm () {
  const context = vm.createContext({ process })
  const modules = new Map()
  const load = file => {
    if (!file.endsWith('.js')) return require(file) // of Node.js, or the binary
    if (!modules.has(file)) {
      const module = { exports: {} }
      modules.set(file, module)
      const { resolve } = createRequire(file)
      vm.runInContext(wrap(fs.readFileSync(file, 'utf8')), context)(module.exports, name => load(resolve(name)), module, file)
    }
    return modules.get(file).exports
  }
  return load(require.resolve('../..'))
}

test('an error that nobody hears is thrown as it is, also where EventEmitter is of another realm', () => {
  const slots = new (inAnotherRealm())({ maxSlots: 1 })
  assert.throws(() => slots.put(17), { message: 'Invalid slot: 17', code: 'ERR_INVALID_SLOT', slot: 17 })
  assert.throws(() => slots.reserve(1), { code: 'ERR_INVALID_SLOT', slot: 1 })
})

test('in a domain put() returns true, whether a listener hears the error or the domain', () => {
  const domain = require('node:domain').create() // eslint-disable-line n/no-deprecated-api
  const heard = []
  domain.on('error', error => heard.push(error.slot))
  const slots = domain.run(() => new CallosumServerSlots())
  domain.add(slots)
  assert.equal(slots.put(1), true)
  slots.on('error', error => heard.push([error.slot]))
  assert.equal(slots.put(2), true)
  assert.deepEqual(heard, [1, [2]])
})

test('what a listener throws is thrown as it is, even if it is about the error', () => {
  const slots = new CallosumServerSlots()
  let wrapped
  slots.on('error', context => { throw (wrapped = Object.assign(new Error('mine'), { context })) })
  assert.throws(() => slots.put(1), error => error === wrapped)
  const other = Object.assign(new Error('mine'), { code: 'ERR_UNHANDLED_ERROR', context: 5 })
  slots.removeAllListeners().on('error', () => { throw other })
  assert.throws(() => slots.put(1), error => error === other)
  slots.removeAllListeners().on('error', () => { throw null }) // eslint-disable-line no-throw-literal
  assert.throws(() => slots.put(1), error => error === null)
})

test('with captureRejections a listener that rejects is an error', async () => {
  for (const slots of [new CallosumServerSlots({ captureRejections: true }), CallosumServerSlots.from(new CallosumServerSlots().toJSON(), { captureRejections: true })]) {
    slots.on('mine', async () => { throw new Error('rejected') })
    const heard = new Promise(resolve => slots.once('error', resolve))
    slots.emit('mine')
    assert.equal((await heard).message, 'rejected')
  }
  assert.throws(() => new CallosumServerSlots({ captureRejections: 5 }), { code: 'ERR_INVALID_ARG_TYPE' })
})

test('a listener that throws in the middle of others leaves all as it was', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const called = []
  slots.on('error', () => called.push(1))
  slots.on('error', () => { throw new RangeError('mine') })
  slots.on('error', () => called.push(2))
  const before = observe(slots)
  for (const act of [() => slots.put(3), () => slots.reserve(-1), () => slots.adopt(-1)]) assert.throws(act, { name: 'RangeError', message: 'mine' })
  assert.deepEqual(called, [1, 1, 1])
  assert.equal(observe(slots), before)
})

test('a listener may refuse on and on, until the stack is full: nothing is lost', () => {
  const slots = take(new CallosumServerSlots(), 40)
  slots.on('error', () => slots.put(40))
  assert.throws(() => slots.put(40), RangeError)
  assert.deepEqual([slots.get(), slots.size], [40, 41])
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
