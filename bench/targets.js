'use strict'

// How fast the package has to be, in the same run: at least `heap` times as fast as the
// heap of 0.1.0, and at most `floor` times the time of the bitmap in JavaScript; `stretch`
// is what would be better still.
const targets = {
  'fill 1,000,000': { heap: 0.65, floor: 1.2, stretch: 1 },
  'lifo 1,000': { heap: 3.4, floor: 0.5, stretch: 0.3 },
  'churn 10': { heap: 2.8, floor: 0.55, stretch: 0.35 },
  'churn 1,000': { heap: 2.8, floor: 0.55, stretch: 0.35 },
  'churn 100,000': { heap: 2.8, floor: 0.55, stretch: 0.35 },
  'drift 1,000': { heap: 4, floor: 1.25, stretch: 1.05 },
  'drift 100,000': { heap: 3.6, floor: 1.2, stretch: 1.05 },
  'wave 100': { heap: 6, floor: 1.85, stretch: 1.3 },
  'wave 10,000': { heap: 18, floor: 1.85, stretch: 1.3 },
  'wave 1,000,000': { heap: 60, floor: 1.85, stretch: 1.3 },
  'sparse 10,000': { heap: 4.5, floor: 1.2, stretch: 1 },
  'sparse 1,000,000': { heap: 9, floor: 1.2, stretch: 1 }
}

/**
 * The targets that the results can be held against. A figure is a result's `ns`; of a
 * contender that was cut off it is known only that it took longer.
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
    const floor = find(id, 'floor')
    if (floor !== undefined) {
      const target = targets[id].floor
      const measured = ours.ns / floor.ns
      checked.push({ id, against: 'floor', target, measured, passes: measured <= target, stretch: measured <= targets[id].stretch })
    }
  }
  return checked
}

module.exports = check
