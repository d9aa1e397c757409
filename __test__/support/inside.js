'use strict'

// What is inside a manager. It takes what the package shows to its own tests alone.

const CallosumServerSlots = require('../..')
const { nativeOf } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

/** A new manager, and the object of the addon that it has inside. */
function inside (options) {
  const slots = new CallosumServerSlots(options)
  return [slots, nativeOf(slots)]
}

module.exports = inside
