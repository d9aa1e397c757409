'use strict'

// A manager in which Rust panics: its integers claim that there are far more of
// them than there are. It takes what the package shows to its own tests alone.

const CallosumServerSlots = require('..')
const { native } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]
const { WORDS } = native.layout

/** A manager that `prepare` is called with, before it breaks. */
function broken (prepare) {
  const Native = native.CallosumServerSlots
  let made
  native.CallosumServerSlots = function (maxSlots, cells) {
    made = new Native(maxSlots, cells)
    return made
  }
  const slots = new CallosumServerSlots()
  native.CallosumServerSlots = Native
  prepare(slots)
  made.cells[WORDS] = 2 ** 30
  return slots
}

module.exports = broken
