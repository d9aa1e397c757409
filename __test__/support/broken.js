'use strict'

// A manager in which Rust panics: its header claims far more leaf words than there are.

const inside = require('./inside')
const { LEAF_WORDS } = require('../../lib/layout.js')

/** Such a manager. `prepare` is called with it before it breaks. */
function broken (prepare) {
  const [slots, manager] = inside()
  prepare(slots)
  manager.words[LEAF_WORDS] = 2 ** 16
  return slots
}

module.exports = broken
