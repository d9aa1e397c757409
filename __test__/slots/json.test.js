'use strict'

// toJSON(), and what CallosumServerSlots.from() takes and refuses. Random programs
// (programs.test.js) compare the states that they return and restore with a model.

const assert = require('node:assert/strict')
const fc = require('fast-check')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { take } = require('../support/states')

const MAX = 2147483647
const GOOD = { maxSlots: 100, maxSlotGiven: 9, inUse: [[0, 3], [5, 7]] }

/** GOOD, but for what is given. */
function but (changes) {
  return { ...structuredClone(GOOD), ...changes }
}

test('what toJSON() returned is the caller\'s to change', () => {
  const slots = take(new CallosumServerSlots(), 3)
  const json = slots.toJSON()
  json.inUse[0][1] = 2
  json.inUse.push([7, 8])
  assert.deepStrictEqual(slots.toJSON().inUse, [[0, 3]])
})

test('from() leaves its argument alone, and lets go of it', () => {
  const json = but({})
  const slots = CallosumServerSlots.from(json)
  slots.get()
  assert.deepStrictEqual(json, GOOD)
  json.inUse[0][1] = 99
  json.maxSlots = 5
  assert.deepStrictEqual(slots.toJSON(), { maxSlots: 100, maxSlotGiven: 9, inUse: [[0, 4], [5, 7]] })
})

for (const [name, state, restored = state] of [
  ['runs that touch', { maxSlots: 10, maxSlotGiven: 5, inUse: [[0, 3], [3, 5]] }, { maxSlots: 10, maxSlotGiven: 5, inUse: [[0, 5]] }],
  ['the greatest numbers there are', { maxSlots: MAX, maxSlotGiven: MAX, inUse: [[MAX - 2, MAX]] }],
  ['-0 for a start', but({ inUse: [[-0, 3]] }), but({ inUse: [[0, 3]] })],
  ['-0 for maxSlotGiven', but({ maxSlotGiven: -0, inUse: [] }), but({ maxSlotGiven: 0, inUse: [] })],
  ['further fields, without using them', but({ version: 2, size: 77 }), GOOD]
]) {
  test(`from() takes ${name}`, () => assert.deepStrictEqual(CallosumServerSlots.from(state).toJSON(), restored))
}

// Every malformed input, and what is said of it. No code means a type.
const LONG = JSON.stringify({ ...GOOD, inUse: Array.from({ length: 10000 }, (_, i) => [2 * i, 2 * i + 1]) })
const wrong = [
  ['nothing', undefined, 'json must be an object. Received undefined'],
  ['null', null, 'json must be an object. Received null'],
  ['a string of JSON', JSON.stringify(GOOD), `json must be an object. Received a string, '${JSON.stringify(GOOD)}': parse it with JSON.parse() first`],
  ['a long string of JSON', LONG, `json must be an object. Received a string, '${LONG.slice(0, 80)}…': parse it with JSON.parse() first`],
  ['a function', () => GOOD, 'json must be an object. Received a function'],
  ['an array', [], 'json.maxSlots must be a number. Received undefined'],
  ['an empty object', {}, 'json.maxSlots must be a number. Received undefined'],
  ['no maxSlots', but({ maxSlots: undefined }), 'json.maxSlots must be a number. Received undefined'],
  ['maxSlots a string', but({ maxSlots: '100' }), "json.maxSlots must be a number. Received '100'"],
  ['no maxSlotGiven', but({ maxSlotGiven: undefined }), 'json.maxSlotGiven must be a number. Received undefined'],
  ['no inUse', but({ inUse: undefined }), 'json.inUse must be an array. Received undefined'],
  ['inUse a string', but({ inUse: '[[0,3]]' }), "json.inUse must be an array. Received '[[0,3]]'"],
  ['inUse an object', but({ inUse: { 0: [0, 3], length: 1 } }), 'json.inUse must be an array. Received an object'],
  ['a flat inUse', but({ inUse: [0, 3, 5, 7] }), 'json.inUse[0] must be an array'],
  ['a run that is null', but({ inUse: [[0, 3], null] }), 'json.inUse[1] must be an array'],
  ['a run that is a string', but({ inUse: ['03'] }), 'json.inUse[0] must be an array'],
  ['a run that is missing', but({ inUse: [[0, 3], , [5, 7]] }), 'json.inUse[1] must be an array'], // eslint-disable-line no-sparse-arrays
  ['a run of one number', but({ inUse: [[0, 3], [5]] }), 'json.inUse[1] must be an array of two numbers'],
  ['a run of three numbers', but({ inUse: [[0, 3, 5]] }), 'json.inUse[0] must be an array of two numbers'],
  ['a start that is a string', but({ inUse: [['0', 3]] }), "json.inUse[0][0] must be a number. Received '0'"],
  ['an end that is a string', but({ inUse: [[0, 3], [5, '7']] }), "json.inUse[1][1] must be a number. Received '7'"],

  ['maxSlots 0', but({ maxSlots: 0 }), 'json.maxSlots must be an integer from 1 to 2147483647. Received 0', RangeError],
  ['maxSlots NaN', but({ maxSlots: NaN }), 'json.maxSlots must be an integer', RangeError],
  ['maxSlots 2^31', but({ maxSlots: 2147483648 }), 'json.maxSlots must be an integer', RangeError],
  ['maxSlotGiven below 0', but({ maxSlotGiven: -1, inUse: [] }), 'json.maxSlotGiven must be an integer from 0 to 100. Received -1', RangeError],
  ['maxSlotGiven below the last slot in use', but({ maxSlotGiven: 6 }), 'json.maxSlotGiven must be an integer from 7 to 100. Received 6', RangeError],
  ['maxSlotGiven above maxSlots', but({ maxSlotGiven: 101 }), 'json.maxSlotGiven must be an integer from 7 to 100. Received 101', RangeError],
  ['a start below 0', but({ inUse: [[-1, 3]] }), 'json.inUse[0][0] must be an integer', RangeError],
  ['a start that is a fraction', but({ inUse: [[0.5, 3]] }), 'json.inUse[0][0] must be an integer', RangeError],
  ['a start of 2^32', but({ inUse: [[4294967296, 4294967299]] }), 'json.inUse[0][0] must be an integer', RangeError],
  ['an end above maxSlots', but({ inUse: [[0, 3], [5, 101]] }), 'json.inUse[1][1] must be an integer from 6 to 100. Received 101', RangeError],
  ['a run at maxSlots', but({ inUse: [[100, 101]] }), 'json.inUse[0]', RangeError],
  ['a run after one that ends at maxSlots', but({ inUse: [[0, 100], [100, 101]] }), 'json.inUse[1] is beyond json.maxSlots, 100', RangeError],
  ['an empty run', but({ inUse: [[3, 3]] }), 'json.inUse[0][1] must be an integer from 4 to 100. Received 3', RangeError],
  ['a run that ends before it starts', but({ inUse: [[5, 3]] }), 'json.inUse[0][1] must be an integer', RangeError],
  ['runs in descending order', but({ inUse: [[5, 7], [0, 3]] }), 'json.inUse[1][0] must be an integer from 7 to 99. Received 0', RangeError],
  ['runs that overlap', but({ inUse: [[0, 3], [2, 5]] }), 'json.inUse[1][0] must be an integer from 3 to 99. Received 2', RangeError]
]

for (const [name, json, message, Kind = TypeError] of wrong) {
  test(`from() refuses ${name}`, () => {
    assert.throws(() => CallosumServerSlots.from(json), error => {
      assert.ok(error.message.startsWith(message), error.message)
      assert.ok(error instanceof Kind, error.name)
      assert.equal(error.code, Kind === TypeError ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE')
      return true
    })
  })
}

test('from() cannot be told one thing while it checks and another later', () => {
  const run = [0, 3]
  let reads = 0
  Object.defineProperty(run, 1, { get: () => ++reads === 1 ? 3 : 5000 })
  const slots = CallosumServerSlots.from(but({ inUse: [run] }))
  assert.deepStrictEqual(slots.toJSON().inUse, [[0, 3]])
})

test('from() reads each field of its arguments once', () => {
  const read = []
  const counting = fields => new Proxy(fields, { get: (target, name) => { read.push(name); return target[name] } })
  CallosumServerSlots.from(counting(GOOD))
  assert.deepEqual(read.splice(0).sort(), ['inUse', 'maxSlotGiven', 'maxSlots'])
  CallosumServerSlots.from(GOOD, counting({ maxSlots: 50 }))
  assert.deepEqual(read, ['maxSlots', 'captureRejections'])
})

test('from() refuses or rebuilds whatever it is given, and never does a third thing', () => {
  const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.constantFrom(-0, 1.5, NaN, MAX, MAX + 1, '3', null, undefined))
  const run = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(number, number) },
    { weight: 1, arbitrary: fc.array(number, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.anything() }
  )
  const good = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }).map(edges => {
    edges.sort((a, b) => a - b)
    return Array.from({ length: edges.length >> 1 }, (_, i) => [edges[2 * i], edges[2 * i + 1]])
  })
  const json = fc.record({
    maxSlots: fc.oneof(fc.constant(50), number),
    maxSlotGiven: fc.oneof(fc.integer({ min: 30, max: 50 }), number),
    inUse: fc.oneof(good, good, fc.array(run, { maxLength: 5 }))
  })
  const all = { maxSlots: MAX, maxSlotGiven: MAX, inUse: [[0, MAX]] } // too many slots for an array of them
  fc.assert(fc.property(json, json => {
    let slots
    try {
      slots = CallosumServerSlots.from(json)
    } catch (error) {
      assert.match(error.code, /^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/)
      assert.match(error.message, /^json/)
      return
    }
    const { maxSlots, maxSlotGiven, inUse } = slots.toJSON()
    assert.equal(maxSlots, json.maxSlots)
    assert.ok(maxSlotGiven === json.maxSlotGiven)
    assert.ok(json.inUse.every(run => run.length === 2))
    const runs = joined(json.inUse)
    assert.deepEqual(inUse, runs)
    assert.equal(slots.size, runs.reduce((sum, [start, end]) => sum + end - start, 0))
    if (slots.size > 1000) return
    const expected = runs.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i))
    assert.deepEqual(Array.from(slots), expected)
  }), { numRuns: 1000, examples: [[all]] })
})

/** Ascending runs, with those that touch made one. */
function joined (runs) {
  const all = []
  for (const [start, end] of runs) {
    const last = all[all.length - 1]
    if (last !== undefined && last[1] === start) last[1] = end
    else all.push([start + 0, end]) // -0 becomes 0
  }
  return all
}

test('from() makes an instance of the class that it is called on, whose constructor may lease a slot, and emits nothing', () => {
  class Mine extends CallosumServerSlots {
    constructor (options) {
      super(options)
      this.options = options
      this.leased = this.lease()
    }

    emit () { throw new Error('emitted') }
  }
  const slots = Mine.from(GOOD)
  assert.ok(slots instanceof Mine)
  assert.equal(slots.options.maxSlots, 100)
  slots.leased.release() // it ended when the state replaced that of the constructor
  assert.deepStrictEqual(slots.toJSON(), GOOD)
})

test('from() refuses a constructor that does not pass its options on', () => {
  class Mine extends CallosumServerSlots {
    constructor () { super({ maxSlots: 5 }) }
  }
  assert.throws(() => Mine.from({ maxSlots: 10, maxSlotGiven: 0, inUse: [] }), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: /passes its options on/ })
})

test('from() takes another limit, and refuses one that a slot in use is not below, and options that are none', () => {
  for (const options of [undefined, {}, { maxSlots: undefined }, { maxSlots: 100 }]) {
    assert.equal(CallosumServerSlots.from(GOOD, options).maxSlots, 100)
  }
  for (const maxSlots of [0, 1, 6, 6.5, 2147483648]) {
    assert.throws(() => CallosumServerSlots.from(GOOD, { maxSlots }), {
      name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message: `options.maxSlots must be an integer from 7 to 2147483647, since slot 6 is in use. Received ${maxSlots}`
    })
  }
  assert.throws(() => CallosumServerSlots.from({ maxSlots: 10, maxSlotGiven: 0, inUse: [] }, { maxSlots: 0 }), {
    message: 'options.maxSlots must be an integer from 1 to 2147483647. Received 0'
  })
  for (const options of [null, 5, 'x', { maxSlots: '9' }, { maxSlots: null }]) {
    assert.throws(() => CallosumServerSlots.from(GOOD, options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  }
})

test('from() works on its own, and as a member of a module namespace', () => {
  const { from } = CallosumServerSlots
  for (const namespace of [{ from }, Object.create(null, { from: { value: from } })]) {
    assert.ok(namespace.from(GOOD) instanceof CallosumServerSlots)
  }
  assert.ok(from(GOOD) instanceof CallosumServerSlots)
})
