'use strict'

// Many slots: a leaf word has 32, and the summary words over it 1,024 and 32,768.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const CallosumServerSlots = require('../..')
const { Internals } = require('../../lib/internals.js')
const { BITMAP_OFFSET, LEAF_WORDS } = require('../../lib/layout.js')
const { take, slotsBelow } = require('../support/states')
const Twin = require('../support/twin')

const COUNT = 300000

function givesAscending (slots, expected) {
  for (const slot of expected) if (slots.get() !== slot) assert.fail(`${slot} was not given in its turn`)
}

test('a slot put back under an emptied summary is found', () => {
  const slots = take(new CallosumServerSlots(), COUNT)
  const low = slotsBelow(40).map(i => 2 * i)
  for (let part = 0; part < COUNT / 1024; part++) {
    const slot = part * 1024 + 1023
    if (slot >= COUNT) break
    for (const each of low) slots.put(each)
    slots.put(slot)
    givesAscending(slots, low.concat(slot))
  }
  assert.equal(slots.get(), COUNT)
})

/** Two managers with as many slots in use, each with its words. Every call of the second is native. */
function pair (count) {
  return [0, 1].map(i => {
    const slots = take(new CallosumServerSlots(), count)
    return [i === 0 ? slots : new Twin(slots), Internals.wordsOf(slots)]
  })
}

test('get() passes over a summary word that is zero, although the bit for it is set', () => {
  for (const [slots, words] of pair(70000)) {
    slots.put(5)
    slots.put(64000)
    const summaryWord = (words[LEAF_WORDS] + 1100) >>> 5 // of slots 34,816 to 35,839, which are in use; it has the parent of 64,000
    words[BITMAP_OFFSET + words[LEAF_WORDS] + (summaryWord >>> 5)] |= 1 << summaryWord
    assert.deepEqual([slots.get(), slots.get(), slots.get()], [5, 64000, 70000])
  }
})

test('get() passes over the first leaf word if it is zero, although the bit for it is set', () => {
  for (const [slots, words] of pair(320)) {
    slots.put(100)
    slots.put(200)
    words[BITMAP_OFFSET + words[LEAF_WORDS] + (words[LEAF_WORDS] >>> 5)] |= 1
    assert.deepEqual([slots.get(), slots.get(), slots.get()], [100, 200, 320])
  }
})
