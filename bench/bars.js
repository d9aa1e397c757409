'use strict'

// How fast the package has to be, in the same run.

/** At least this many times as fast as the heap of 0.1.0. */
const timesTheHeap = {
  'fill 1,000,000': 1,
  'lifo 1,000': 4,
  'churn 10': 3,
  'churn 1,000': 3,
  'churn 100,000': 3,
  'drift 1,000': 2,
  'drift 100,000': 2,
  'wave 100': 2.5,
  'wave 10,000': 8,
  'wave 1,000,000': 30,
  'sparse 10,000': 1.5,
  'sparse 1,000,000': 5
}

/** At most this many times the time of the bitmap in JavaScript. */
const ofTheFloor = { fill: 1.1, lifo: 0.6, churn: 0.6, drift: 1.4, wave: 3, sparse: 3 }

/**
 * The bars that the results can be held against. A figure is a result's `ns`;
 * of a contender that was cut off it is known only that it took longer.
 */
function check (results) {
  const find = (id, contender) => results.find(result => result.id === id && result.contender === contender)
  const bars = []
  for (const ours of results) {
    if (ours.contender !== 'ours') continue
    const { id, pattern } = ours
    const heap = find(id, 'heap')
    if (heap !== undefined && id in timesTheHeap) {
      const bar = timesTheHeap[id]
      const measured = heap.ns / ours.ns
      bars.push({ id, against: 'heap', bar, measured, passes: measured >= bar })
    }
    const floor = find(id, 'floor')
    if (floor !== undefined && pattern in ofTheFloor) {
      const bar = ofTheFloor[pattern]
      const measured = ours.ns / floor.ns
      bars.push({ id, against: 'floor', bar, measured, passes: measured <= bar, stretch: measured <= bar / 2 })
    }
  }
  return bars
}

module.exports = check
