'use strict'

// A manager in which Rust panics: its header claims far more leaf words than there are.

const CallosumServerSlots = require('../..')
const { Internals: { nativeOf, wordsOf } } = require('../../lib/internals.js')
const { LEAF_WORDS } = require('../../lib/layout.js')
const { take } = require('./states')

/** Such a manager, with its native object and its words. */
function broken () {
  const slots = take(new CallosumServerSlots(), 1024)
  const words = wordsOf(slots)
  words[LEAF_WORDS] = 2 ** 16
  return [slots, nativeOf(slots), words]
}

module.exports = broken
