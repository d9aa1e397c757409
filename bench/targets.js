'use strict'

// The targets of the package, for figures of the same run. `heap`: at least this many times
// as fast as the heap of 0.1.0. `bitmap`: at most this many times the time of the JS bitmap.
// `stretch`: a harder target in place of `bitmap`, which is reported but not required.
const targets = {
  'fill 1,000,000': { heap: 0.65, bitmap: 1.2, stretch: 1 },
  'lifo 1,000': { heap: 3.4, bitmap: 0.5, stretch: 0.3 },
  'churn 10': { heap: 2.8, bitmap: 0.55, stretch: 0.35 },
  'churn 1,000': { heap: 2.8, bitmap: 0.55, stretch: 0.35 },
  'churn 100,000': { heap: 2.8, bitmap: 0.55, stretch: 0.35 },
  'drift 1,000': { heap: 4, bitmap: 1.25, stretch: 1.05 },
  'drift 100,000': { heap: 3.6, bitmap: 1.2, stretch: 1.05 },
  'wave 100': { heap: 6, bitmap: 1.85, stretch: 1.3 },
  'wave 10,000': { heap: 18, bitmap: 1.85, stretch: 1.3 },
  'wave 1,000,000': { heap: 60, bitmap: 1.85, stretch: 1.3 },
  'sparse 10,000': { heap: 4.5, bitmap: 1.2, stretch: 1 },
  'sparse 1,000,000': { heap: 9, bitmap: 1.2, stretch: 1 }
}

/**
 * Compares the results with the targets, if both contenders of a target were measured. The
 * `ns` of a contender that was cut off is a lower bound.
 */
function check (results) {
  const find = (id, contender) => results.find(result => result.id === id && result.contender === contender)
  const checked = []
  for (const ours of results) {
    if (ours.contender !== 'ours' || !(ours.id in targets)) continue
    const { id } = ours
    const heap = find(id, 'heap')
    if (heap !== undefined) {
      const target = targets[id].heap
      const measured = heap.ns / ours.ns
      checked.push({ id, against: 'heap', target, measured, passes: measured >= target })
    }
    const bitmap = find(id, 'js-bitmap')
    if (bitmap !== undefined) {
      const target = targets[id].bitmap
      const measured = ours.ns / bitmap.ns
      checked.push({ id, against: 'js-bitmap', target, measured, passes: measured <= target, stretch: measured <= targets[id].stretch })
    }
  }
  return checked
}

module.exports = check
