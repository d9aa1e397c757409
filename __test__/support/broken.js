'use strict'

// A manager in which Rust panics: its integers claim that there are far more of
// them than there are.

const CallosumServerSlots = require('../..')
const inside = require('./inside')
const { WORDS } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')].native.layout

/** A manager that `prepare` is called with, before it breaks. */
function broken (prepare) {
  const [slots, made] = inside()
  prepare(slots)
  made.cells[WORDS] = 2 ** 30
  return slots
}

module.exports = broken
