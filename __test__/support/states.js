'use strict'

// Managers in states that take get() and put() through each of their branches: the
// word at the cursor, the search for the next word, the high-water mark, and Rust.

const CallosumServerSlots = require('../..')
const Random = require('./random')

const builders = {
  'nothing given yet': () => make(),
  'ten in use': () => take(make(), 10),
  'one hole': () => putBack(take(make(), 10), [4]),
  'one hole, taken again': () => take(putBack(take(make(), 10), [4]), 1),
  'the highest slots put back': () => putBack(take(make(), 10), [9, 8]),
  'a hole, and the highest slot put back': () => putBack(take(make(), 10), [9, 4]),
  'holes from the highest down': () => putBack(take(make(), 100), slotsBelow(40).map(i => 90 - 2 * i)),
  'holes from the lowest up': () => putBack(take(make(), 100), slotsBelow(40).map(i => 2 * i)),
  'holes, the lowest taken again': () => take(putBack(take(make(), 100), slotsBelow(40).map(i => 90 - 2 * i)), 1),
  'a hole over two leaf words': () => putBack(take(make(), 100), [...slotsBelow(40).map(i => 60 - i), 3]),
  'as many in use as the bitmap covers at first': () => take(make(), 1024),
  'many holes': () => putBack(take(make(), 10000), shuffled(slotsBelow(5000)).map(i => 2 * i + 1)),
  'long free runs': () => putBack(take(make(), 10000), shuffled(slotsBelow(10000).filter(i => i % 700 < 600))),
  'everything returned': () => putBack(take(make(), 5000), shuffled(slotsBelow(5000))),
  'sparse reservations': () => reserve(take(make(), 5), [2000000000, 2147483646, 1000000]),
  'all slots in use but one': () => take(make({ maxSlots: 50 }), 49),
  'all slots in use': () => take(make({ maxSlots: 50 }), 50)
}

function make (options) {
  return new CallosumServerSlots(options)
}

function take (slots, count) {
  for (let i = 0; i < count; i++) slots.get()
  return slots
}

function putBack (slots, back) {
  for (const slot of back) slots.put(slot)
  return slots
}

function reserve (slots, sparse) {
  for (const slot of sparse) slots.reserve(slot)
  return slots
}

/** The slots from 0 up to, but not including, `end`. */
function slotsBelow (end) {
  return Array.from({ length: end }, (_, slot) => slot)
}

/** The visible state, as a string. */
function observe (slots) {
  return JSON.stringify([slots, slots.size, slots.peek()])
}

/** Records the errors that the manager emits from now on. */
function errorsOf (slots) {
  const errors = []
  slots.on('error', error => errors.push(error))
  return errors
}

/** A shuffled copy; the same order for the same seed. */
function shuffled (array, seed = 1) {
  return new Random(seed).shuffle(array.slice())
}

/** A function that returns random integers from 0 up to, but not including, its argument. */
function randomFrom (seed) {
  const random = new Random(seed)
  return n => random.below(n)
}

module.exports = { builders, take, slotsBelow, observe, errorsOf, shuffled, randomFrom }
