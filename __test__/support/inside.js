'use strict'

// The native object of a manager, which the package exposes to its own tests.

const CallosumServerSlots = require('../..')
const { nativeOf } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

/** A new manager, and its native object. */
function inside (options) {
  const slots = new CallosumServerSlots(options)
  return [slots, nativeOf(slots)]
}

module.exports = inside
