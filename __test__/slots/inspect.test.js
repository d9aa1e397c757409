'use strict'

// What util.inspect and console.log show.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const util = require('node:util')

const CallosumServerSlots = require('../..')
const { take } = require('../support/states')

const LINE = 'CallosumServerSlots { size: 0, maxSlotGiven: 0, next: 0, maxSlots: 5 }'
const make = () => new CallosumServerSlots({ maxSlots: 5 })

function some () {
  const slots = take(new CallosumServerSlots(), 7)
  for (const slot of [1, 3, 4, 6]) slots.put(slot)
  return slots
}

class Mine extends CallosumServerSlots {
  get () { throw new Error('get() ran') }
  emit () { throw new Error('emit() ran') }
}

class Named extends CallosumServerSlots { static name = Symbol('name') }

function Old () { CallosumServerSlots.call(this, { maxSlots: 5 }) }
util.inherits(Old, CallosumServerSlots)

for (const [name, shown, expected] of [
  ['one line of what matters', util.inspect(some()), 'CallosumServerSlots { size: 3, maxSlotGiven: 7, next: 1, maxSlots: 2147483647 }'],
  ['next: undefined where no slot is free', util.inspect(take(make(), 5)), 'CallosumServerSlots { size: 5, maxSlotGiven: 5, next: undefined, maxSlots: 5 }'],
  ['the same for console.log', util.format(make()), LINE],
  ['the same for %o', util.format('%o', make()), LINE],
  ['the same for %O', util.format('%O', make()), LINE],
  ['the same within other objects', util.inspect({ slots: make() }, { breakLength: Infinity }), `{ slots: ${LINE} }`],
  ['the name of a class, without calling what it overrides', util.inspect(new Mine({ maxSlots: 5 })), LINE.replace('CallosumServerSlots', 'Mine')],
  ['the name of an ES5 constructor', util.inspect(new Old()), LINE.replace('CallosumServerSlots', 'Old')],
  ['a name if the constructor has gone', util.inspect(Object.assign(make(), { constructor: undefined })), LINE],
  ['a name if that of the class is no string', util.inspect(new Named({ maxSlots: 5 })), LINE],
  ['a name if the class has none', util.inspect(new (class extends CallosumServerSlots {})({ maxSlots: 5 })), LINE],
  ['an object that is no manager', util.inspect(Object.create(CallosumServerSlots.prototype)), 'CallosumServerSlots {}'],
  ['a receiver that is no object', CallosumServerSlots.prototype[util.inspect.custom].call(5), 'Number {}'],
  ['colours where asked for', util.inspect(make(), { colors: true }), LINE.replace(/\d/g, '\x1b[33m$&\x1b[39m')]
]) {
  test(`it shows ${name}`, () => assert.equal(shown, expected))
}

test('it stays one line however narrow the terminal, and whatever the options', () => {
  for (const options of [{ breakLength: 20 }, { compact: 1 }, { depth: 0 }, { sorted: true }, { showHidden: true }, { getters: true }]) {
    assert.doesNotMatch(util.inspect(some(), options), /\n/, util.inspect(options))
  }
  assert.match(util.inspect({ a: { b: { slots: make() } } }), /^ *slots: .*CallosumServerSlots.*$/m)
})

test('the class, its prototype and a proxy around an instance can be inspected', () => {
  for (const value of [CallosumServerSlots, CallosumServerSlots.prototype, new Proxy(make(), {})]) {
    for (const showProxy of [false, true]) assert.equal(typeof util.inspect(value, { showProxy }), 'string')
  }
})
