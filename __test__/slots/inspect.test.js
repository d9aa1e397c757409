'use strict'

// What util.inspect and console.log show.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const util = require('node:util')

const CallosumServerSlots = require('../..')
const { take } = require('../support/states')

test('it is one line of what matters', () => {
  const slots = take(new CallosumServerSlots(), 7)
  for (const slot of [1, 3, 4, 6]) slots.put(slot)
  assert.equal(util.inspect(slots), 'CallosumServerSlots { size: 3, maxSlotGiven: 7, next: 1, maxSlots: 2147483647 }')
})

test('console.log and %o show the same', () => {
  const slots = new CallosumServerSlots({ maxSlots: 5 })
  const line = 'CallosumServerSlots { size: 0, maxSlotGiven: 0, next: 0, maxSlots: 5 }'
  assert.equal(util.format(slots), line)
  assert.equal(util.format('%o', slots), line)
  assert.equal(util.format('%O', slots), line)
})

test('next is undefined where no slot is free', () => {
  const slots = take(new CallosumServerSlots({ maxSlots: 1 }), 1)
  assert.equal(util.inspect(slots), 'CallosumServerSlots { size: 1, maxSlotGiven: 1, next: undefined, maxSlots: 1 }')
})

test('it stays one line however narrow the terminal', () => {
  const slots = take(new CallosumServerSlots(), 1000)
  assert.doesNotMatch(util.inspect(slots, { breakLength: 20 }), /\n/)
  assert.doesNotMatch(util.inspect({ a: { slots } }, { breakLength: Infinity }), /\n/)
})

test('it stays one line whatever the options', () => {
  const slots = take(new CallosumServerSlots(), 3)
  for (const options of [{ compact: 1 }, { depth: 0 }, { sorted: true }, { showHidden: true }, { getters: true }]) {
    assert.doesNotMatch(util.inspect(slots, options), /\n/, util.inspect(options))
  }
})

test('the name of a subclass is kept', () => {
  class Mine extends CallosumServerSlots {}
  function Old () { CallosumServerSlots.call(this) }
  util.inherits(Old, CallosumServerSlots)
  assert.match(util.inspect(new Mine()), /^Mine \{ size: 0, /)
  assert.match(util.inspect(new Old()), /^Old \{ size: 0, /)
})

test('it works within other objects', () => {
  const slots = new CallosumServerSlots({ maxSlots: 2 })
  const line = 'CallosumServerSlots { size: 0, maxSlotGiven: 0, next: 0, maxSlots: 2 }'
  assert.equal(util.inspect({ slots }, { breakLength: Infinity }), `{ slots: ${line} }`)
  assert.equal(util.inspect([slots, slots], { breakLength: Infinity }), `[ ${line}, ${line} ]`)
})

test('it stays one line deep within other objects', () => {
  const shown = util.inspect({ a: { b: { slots: new CallosumServerSlots() } } })
  assert.match(shown, /^ *slots: .*CallosumServerSlots.*$/m)
})

test('colours are used where asked for', () => {
  const shown = util.inspect(new CallosumServerSlots(), { colors: true })
  assert.match(shown, /size: \x1b\[33m0\x1b\[39m/) // eslint-disable-line no-control-regex
})

test('the prototype, its heirs and instances without a constructor can be inspected', () => {
  assert.equal(typeof util.inspect(CallosumServerSlots.prototype), 'string')
  assert.equal(util.inspect(Object.create(CallosumServerSlots.prototype)), 'CallosumServerSlots {}')
  assert.equal(typeof util.inspect(CallosumServerSlots), 'string')
  const slots = new CallosumServerSlots()
  slots.constructor = undefined
  assert.match(util.inspect(slots), /^CallosumServerSlots \{ size: 0, /)
})

test('a proxy around an instance can be inspected', () => {
  const proxy = new Proxy(new CallosumServerSlots(), {})
  assert.equal(typeof util.inspect(proxy), 'string')
  assert.equal(typeof util.inspect(proxy, { showProxy: true }), 'string')
})

test('it calls neither get() nor emit()', () => {
  class Mine extends CallosumServerSlots {
    get () { throw new Error('get ran') }
    emit () { throw new Error('emit ran') }
  }
  const slots = new Mine({ maxSlots: 1 })
  assert.match(util.inspect(slots), /next: 0/)
})
