'use strict'

// The words that a manager shares with Rust, as its native object returns them.

const assert = require('assert')
const { MANAGER_ID } = require('../../lib/layout.js')

/** Throws unless the words of both native objects are the same, except the manager's number. */
function assertSameWords (one, other, what) {
  const words = one.words
  const others = other.words
  if (isEqual(words, others, 0, MANAGER_ID) && isEqual(words, others, MANAGER_ID + 1, Math.max(words.length, others.length))) return
  assert.deepStrictEqual(withoutId(words), withoutId(others), `the shared words differ ${what()}`)
}

function isEqual (words, others, start, end) {
  return Buffer.compare(bytes(words, start, end), bytes(others, start, end)) === 0
}

function bytes (words, start, end) {
  const part = words.subarray(start, end)
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength)
}

function withoutId (words) {
  return Array.from(words).map((word, i) => i === MANAGER_ID ? 0 : word)
}

module.exports = { assertSameWords, withoutId }
