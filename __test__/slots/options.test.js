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

const unconverted = { valueOf () { throw new Error('ran') }, toString () { throw new Error('ran') } }
for (const [name, options, message] of [
  ['options that are null', null, 'options must be an object. Received null'],
  ['options that are 0', 0, 'options must be an object. Received 0'],
  ['options that are a string', 'maxSlots', "options must be an object. Received 'maxSlots'"],
  ['options that are a function', () => ({ maxSlots: 5 }), 'options must be an object. Received a function'],
  ['a maxSlots that is null', { maxSlots: null }, 'options.maxSlots must be a number. Received null'],
  ['a maxSlots that is a numeric string', { maxSlots: '5' }, "options.maxSlots must be a number. Received '5'"],
  ['a maxSlots that is a bigint', { maxSlots: 5n }, 'options.maxSlots must be a number. Received 5n'],
  ['a maxSlots that is an array', { maxSlots: [5] }, 'options.maxSlots must be a number. Received an object'],
  ['a maxSlots that must not be converted', { maxSlots: unconverted }, 'options.maxSlots must be a number. Received an object']
]) {
  test(`${name}: a wrong type`, () => {
    assert.throws(() => new CallosumServerSlots(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message })
  })
}

for (const maxSlots of [0, -0, -1, -MAX, 0.5, 1.5, MAX + 0.5, NaN, Infinity, -Infinity, MAX + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53, Number.MIN_VALUE]) {
  test(`a maxSlots of ${maxSlots} is out of range`, () => {
    assert.throws(() => new CallosumServerSlots({ maxSlots }), {
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
      message: `options.maxSlots must be an integer from 1 to ${MAX}. Received ${maxSlots}`
    })
  })
}

for (const name of ['size', 'maxSlots', 'maxSlotGiven']) {
  test(`${name} cannot be set`, () => {
    const slots = new CallosumServerSlots({ maxSlots: 9 })
    const before = slots[name]
    assert.throws(() => { slots[name] = 5 }, TypeError)
    assert.equal(slots[name], before)
    assert.equal(Object.getOwnPropertyDescriptor(CallosumServerSlots.prototype, name).set, undefined)
  })
}
