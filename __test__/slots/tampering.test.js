'use strict'

// What is patched, frozen, wrapped or overridden: each in a process of its own,
// which then compares 3,000 calls with a naive model. What a patch changes
// is what passes through it; which slots are in use it does not change.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { ROOT, run } = require('../support/child')
const { Internals: { nativeOf, wordsOf } } = require('../../lib/internals.js')
const { take } = require('../support/states')
const { FREE_COUNT } = require('../../lib/layout.js')

/** Runs in the child: a program on a manager, compared with a Set. */
function check (CallosumServerSlots) {
  const slots = new CallosumServerSlots()
  const inUse = new Set()
  let errors = 0
  slots.on('error', () => { errors++ })
  let state = 1
  const random = n => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) % n
  }
  for (let i = 0; i < 3000; i++) {
    const slot = random(150)
    if (random(2) === 0) {
      let lowest = 0
      while (inUse.has(lowest)) lowest++
      const given = slots.get()
      if (given !== lowest) throw new Error(`get(): ${given}, expected ${lowest}`)
      inUse.add(given)
    } else {
      const before = errors
      slots.put(slot)
      if ((errors === before) !== inUse.delete(slot)) throw new Error(`put(${slot})`)
    }
    if (slots.size !== inUse.size) throw new Error(`size: ${slots.size}, expected ${inUse.size}`)
    if (slots.has(slot) !== inUse.has(slot)) throw new Error(`has(${slot})`)
  }
  if (slots.reserve(5000) !== true || slots.has(5000) !== true) throw new Error('reserve(5000)')
  for (let i = 0; i < 2000; i++) slots.get()
  if (slots.size !== inUse.size + 2001) throw new Error('lost')
  const { slot, release } = slots.lease()
  if ([...slots.values()].length !== slots.size) throw new Error('values()')
  release()
  if (slots.has(slot)) throw new Error('release()')
  const { release: releaseSparse } = slots.lease(1e9)
  slots.put(1e9)
  if (slots.has(1e9) || slots.reserve(1e9) !== true) throw new Error('put(1e9)')
  releaseSparse()
  if (!slots.has(1e9)) throw new Error('a lease after put()')
  slots.clear()
  if (slots.get() !== 0) throw new Error('clear()')
}

const SETTERS = names => `for (const name of ${JSON.stringify(names)}) {
  Object.defineProperty(Object.prototype, name, { configurable: true, set () {}, get () { return undefined } })
}`

const PATCHES = {
  'setters on the indices of Array.prototype': 'for (let i = 0; i < 100; i++) Object.defineProperty(Array.prototype, i, { set () { throw new Error(String(i)) }, get () { return 7 } })',
  'setters on the indices of Object.prototype': 'for (let i = 0; i < 100; i++) Object.defineProperty(Object.prototype, i, { set () { throw new Error(String(i)) }, get () { return 7 } })',
  'setters on the indices of Int32Array.prototype': 'for (let i = 0; i < 5000; i++) Object.defineProperty(Int32Array.prototype, i, { set () { throw new Error(String(i)) }, get () { return 7 } })',
  'setters of Object.prototype': SETTERS(['slot', 'code', 'release', 'size', 'maxSlots', 'words', 'manager', 'length']),
  'values on Object.prototype': "for (const name of ['words', 'manager', 'slot', 'code', 'size', 'maxSlotGiven', 'value']) Object.prototype[name] = 5",
  'other iterators of arrays': 'Array.prototype[Symbol.iterator] = function * () { yield 1 }; Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
  'another Symbol.species': "for (const Class of [Array, Int32Array, ArrayBuffer]) Object.defineProperty(Class, Symbol.species, { get () { throw new Error('species') } })",
  'another length of typed arrays': "for (const of of [Int32Array.prototype, Object.getPrototypeOf(Int32Array.prototype)]) Object.defineProperty(of, 'length', { configurable: true, get () { return 8 } })",
  'methods of typed arrays': "for (const name of ['set', 'fill', 'copyWithin', 'subarray', 'slice']) Object.getPrototypeOf(Int32Array.prototype)[name] = () => { throw new Error(name) }",
  'another constructor of Int32Array.prototype': 'Int32Array.prototype.constructor = Float64Array',
  'methods of Array': "for (const name of ['push', 'pop', 'map', 'slice', 'splice']) Array.prototype[name] = () => { throw new Error(name) }",
  'methods of Map that do nothing': "for (const name of ['get', 'set', 'has', 'delete', 'forEach']) Map.prototype[name] = () => {}",
  'methods of Map that throw': "for (const name of ['get', 'set', 'has', 'delete', 'forEach', 'size']) Object.defineProperty(Map.prototype, name, { get () { throw new Error(name) } })",
  'Function.prototype.bind': "Function.prototype.bind = () => { throw new Error('bind') }",
  'the functions of Reflect and Object': "for (const of of [Reflect, Object]) for (const name of Object.getOwnPropertyNames(of)) { if (typeof of[name] === 'function' && name !== 'prototype') of[name] = () => { throw new Error(name) } }",
  'Number.isInteger and Math': 'Number.isInteger = () => true; Math.max = Math.min = () => 1',
  'a stack trace of somebody else': "Error.prepareStackTrace = () => { throw new Error('trace') }",
  'another global Int32Array': 'globalThis.Int32Array = Float64Array'
}

/** What the program printed; it has the package's class and check(). */
function child (before, after) {
  return run(['-e', `
    const { writeSync } = require('fs')
    ${before}
    const CallosumServerSlots = require(${JSON.stringify(ROOT)})
    const check = ${check}
    let said = 'done'
    try { ${after} } catch (error) { said = error && error.message }
    writeSync(1, said)`])
}

for (const [name, patch] of Object.entries(PATCHES)) {
  test(`a patch after the loading: ${name}`, async () => {
    assert.equal(await child('', `check(CallosumServerSlots); ${patch}; check(CallosumServerSlots)`), 'done')
  })
}

// Of the others require() itself makes errors, or they are what the package then
// has to take for the built-ins.
const BEFORE = [
  'setters on the indices of Int32Array.prototype', 'setters of Object.prototype', 'values on Object.prototype',
  'methods of typed arrays', 'another constructor of Int32Array.prototype', 'methods of Array',
  'Function.prototype.bind', 'Number.isInteger and Math', 'a stack trace of somebody else'
]

for (const name of BEFORE) {
  test(`a patch before the loading: ${name}`, async () => {
    assert.equal(await child(PATCHES[name], 'check(CallosumServerSlots)'), 'done')
  })
}

test('from() with another global Int32Array after the loading', async () => {
  const said = await child('', `
    const json = { maxSlots: 100, maxSlotGiven: 9, inUse: [[0, 3], [8, 9]] }
    globalThis.Int32Array = Float64Array
    said = JSON.stringify(CallosumServerSlots.from(json).toJSON().inUse)`)
  assert.equal(said, '[[0,3],[8,9]]')
})

test('EventEmitter.prototype.emit as it is then gets the errors, and put() returns true', async () => {
  const said = await child('', `
    const events = []
    const slots = new CallosumServerSlots()
    require('events').prototype.emit = (...event) => { events.push(event); return 'patched' }
    if (slots.put(3) !== true || events[0][1].slot !== 3 || slots.get() !== 0 || slots.size !== 1) throw new Error('other')`)
  assert.equal(said, 'done')
})

test('Function.prototype.call that does nothing: a manager works without its emitter', async () => {
  const said = await child('', `
    Function.prototype.call = () => {}
    const slots = new CallosumServerSlots()
    if (slots.get() !== 0 || slots.get() !== 1 || slots.put(0) !== undefined || slots.get() !== 0) throw new Error('other')`)
  assert.equal(said, 'done')
})

for (const how of ['freeze', 'seal', 'preventExtensions']) {
  test(`Object.${how}() of an instance: it works as before`, () => {
    const slots = Object[how](take(new CallosumServerSlots(), 40))
    for (let slot = 1; slot < 40; slot += 2) assert.equal(slots.put(slot), undefined)
    assert.equal(slots.reserve(5000), true)
    assert.deepEqual([slots.get(), slots.get(), slots.size], [1, 3, 23])
    slots.clear()
    assert.equal(slots.get(), 0)
  })
}

test('another prototype, or none: the methods still know the instance', () => {
  const slots = take(new CallosumServerSlots(), 2)
  Object.setPrototypeOf(slots, null)
  const { get, put } = CallosumServerSlots.prototype
  assert.equal(put.call(slots, 0), undefined)
  assert.deepEqual([get.call(slots), get.call(slots)], [0, 2])
})

const DETACHED = /^callosum-server-slots: internal error: the words were detached$/
const detach = array => structuredClone(array.buffer, { transfer: [array.buffer] })

test("a manager's words that were detached are never read: every call throws", () => {
  for (const [name, call] of Object.entries({
    get: slots => slots.get(),
    put: slots => slots.put(5),
    peek: slots => slots.peek(),
    has: slots => slots.has(5),
    size: slots => slots.size,
    maxSlots: slots => slots.maxSlots,
    maxSlotGiven: slots => slots.maxSlotGiven,
    maxSlotInUse: slots => slots.maxSlotInUse,
    lease: slots => slots.lease(),
    adopt: slots => slots.adopt(5),
    clear: slots => slots.clear(),
    values: slots => slots.values(),
    reserve: slots => slots.reserve(20),
    toJSON: slots => slots.toJSON()
  })) {
    const slots = take(new CallosumServerSlots(), 10)
    detach(wordsOf(slots))
    slots.on('error', () => {})
    for (const time of ['once', 'again']) {
      assert.throws(() => call(slots), { message: DETACHED }, `${name} ${time}`)
    }
  }
  assert.equal(new CallosumServerSlots().get(), 0)
})

test('a free map with fewer bits than it counts is noticed, in JavaScript and in Rust', () => {
  for (const get of [slots => slots.get(), slots => nativeOf(slots).get(wordsOf(slots))]) {
    const slots = take(new CallosumServerSlots(), 100)
    wordsOf(slots)[FREE_COUNT] = 1
    assert.throws(() => get(slots), /^Error: callosum-server-slots: internal error: the free map has fewer bits than it counts$/)
  }
})
