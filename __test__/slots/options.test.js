'use strict'

// What the constructor takes and refuses, and what maxSlots does.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')

const MAX = 2147483647

for (const [name, options] of [
  ['nothing', []],
  ['undefined', [undefined]],
  ['an empty object', [{}]],
  ['maxSlots: undefined', [{ maxSlots: undefined }]],
  ['an object without a prototype', [Object.create(null)]],
  ['other options', [{ maxslots: 1 }]]
]) {
  test(`maxSlots is 2^31 - 1 with ${name}`, () => {
    const slots = new CallosumServerSlots(...options)
    assert.equal(slots.maxSlots, MAX)
    assert.equal(slots.get(), 0)
  })
}

for (const maxSlots of [1, 2, 16, 1000, 1024, 1073741824, MAX - 1, MAX]) {
  test(`maxSlots can be ${maxSlots}`, () => {
    const slots = new CallosumServerSlots({ maxSlots })
    assert.equal(slots.maxSlots, maxSlots)
    assert.equal(slots.get(), 0)
  })
}

test('maxSlots is read once, also where it is inherited or a getter', () => {
  let reads = 0
  class Options { get maxSlots () { return ++reads } }
  assert.equal(new CallosumServerSlots(new Options()).maxSlots, 1)
  assert.equal(reads, 1)
})

// A choice of names is an option of the client, checked as here.
test('a message about an unknown choice is short and printable', () => {
  const { checkOneOf } = require('../../lib/errors.js')
  const value = '\x1b[2J\n' + 'x'.repeat(1e6)
  assert.throws(() => checkOneOf('options.pick', value, ['random', 'lowest']), {
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: `options.pick must be 'random' or 'lowest'. Received '\\u001b[2J\\u000a${'x'.repeat(75)}…'`
  })
})

test('without options, index 0 of Object.prototype is not taken for them', () => {
  Object.prototype[0] = { maxSlots: 5 } // eslint-disable-line no-extend-native
  try {
    assert.equal(new CallosumServerSlots().maxSlots, MAX)
  } finally {
    delete Object.prototype[0]
  }
})

test('an error from the options is the caller\'s', () => {
  const options = { get maxSlots () { throw new Error('mine') } }
  assert.throws(() => new CallosumServerSlots(options), { message: 'mine' })
})

test('changing the options later changes nothing', () => {
  const options = { maxSlots: 5 }
  const slots = new CallosumServerSlots(options)
  options.maxSlots = 7
  assert.equal(slots.maxSlots, 5)
})

test('the constructor still has no parameters to count', () => {
  assert.equal(CallosumServerSlots.length, 0)
})

for (const [name, options, received] of [
  ['null', null, 'null'],
  ['a number', 100, '100'],
  ['0', 0, '0'],
  ['a string', 'maxSlots', "'maxSlots'"],
  ['an empty string', '', "''"],
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['a bigint', 5n, '5n'],
  ['a symbol', Symbol('five'), 'Symbol(five)'],
  ['a function', () => ({ maxSlots: 5 }), 'a function']
]) {
  test(`options that are ${name} are a wrong type`, () => {
    assert.throws(() => new CallosumServerSlots(options), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: `options must be an object. Received ${received}`
    })
  })
}

for (const [name, maxSlots, received] of [
  ['null', null, 'null'],
  ['a numeric string', '5', "'5'"],
  ['true', true, 'true'],
  ['a bigint', 5n, '5n'],
  ['a symbol', Symbol('five'), 'Symbol(five)'],
  ['an array', [5], 'an object'],
  ['a Number object', Object(5), 'an object'],
  ['an object that must not be converted', { valueOf () { throw new Error('ran') }, toString () { throw new Error('ran') } }, 'an object'],
  ['a function', () => 5, 'a function']
]) {
  test(`a maxSlots that is ${name} is a wrong type`, () => {
    assert.throws(() => new CallosumServerSlots({ maxSlots }), {
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
      message: `options.maxSlots must be a number. Received ${received}`
    })
  })
}

for (const maxSlots of [0, -1, -MAX, 0.5, 1.5, MAX + 0.5, NaN, Infinity, -Infinity, MAX + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53, Number.MIN_VALUE]) {
  test(`a maxSlots of ${maxSlots} is out of range`, () => {
    assert.throws(() => new CallosumServerSlots({ maxSlots }), {
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      message: `options.maxSlots must be an integer from 1 to ${MAX}. Received ${maxSlots}`
    })
  })
}

test('a maxSlots of -0 is out of range', () => {
  assert.throws(() => new CallosumServerSlots({ maxSlots: -0 }), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' })
})

test('subclasses, ES5 and ES6, pass the options on', () => {
  function Old () { CallosumServerSlots.call(this, { maxSlots: 3 }) }
  require('util').inherits(Old, CallosumServerSlots)
  class New extends CallosumServerSlots {}
  assert.equal(new Old().maxSlots, 3)
  assert.equal(new New({ maxSlots: 4 }).maxSlots, 4)
})

for (const name of ['size', 'maxSlots', 'maxSlotGiven']) {
  test(`${name} cannot be set`, () => {
    const slots = new CallosumServerSlots({ maxSlots: 9 })
    const before = slots[name]
    assert.throws(() => { slots[name] = 5 }, TypeError)
    assert.equal(slots[name], before)
    assert.equal(Object.getOwnPropertyDescriptor(CallosumServerSlots.prototype, name).set, undefined)
  })
}
