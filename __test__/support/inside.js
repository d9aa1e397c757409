'use strict'

// What is inside a manager. It takes what the package shows to its own tests alone.

const CallosumServerSlots = require('../..')
const { native } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

/** A new manager, and the object of the addon that it has inside. */
function inside (options) {
  const Native = native.CallosumServerSlots
  let made
  native.CallosumServerSlots = function (maxSlots, cells) {
    made = new Native(maxSlots, cells)
    return made
  }
  const slots = new CallosumServerSlots(options)
  native.CallosumServerSlots = Native
  return [slots, made]
}

module.exports = inside
