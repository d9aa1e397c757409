'use strict'

// What tests do with managers again and again: take slots, observe them, choose slots at random.

const Random = require('./random')

/** Takes so many slots, and returns the manager. */
function take (slots, count) {
  for (let i = 0; i < count; i++) slots.get()
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

module.exports = { take, slotsBelow, observe, errorsOf, shuffled, randomFrom }
