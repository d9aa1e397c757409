'use strict'

// The free runs [start, end) in two sorted arrays, with binary search and splice(). The
// arrays descend, so that taking the lowest slot moves no element.

class Intervals {
  constructor () {
    this.starts = [0]
    this.ends = [2 ** 31 - 1]
  }

  get () {
    const { starts, ends } = this
    const last = starts.length - 1
    if (last < 0) throw new Error('No free slot')
    const slot = starts[last]
    if (slot + 1 === ends[last]) {
      starts.pop()
      ends.pop()
    } else {
      starts[last] = slot + 1
    }
    return slot
  }

  put (slot) {
    const { starts, ends } = this
    // i: how many runs start above the slot; run i is the one below it.
    let i = 0
    let end = starts.length
    while (i < end) {
      const middle = (i + end) >> 1
      if (starts[middle] > slot) i = middle + 1
      else end = middle
    }
    if (i < starts.length && slot < ends[i]) throw new Error('Invalid slot: ' + slot)
    const joinsAbove = i > 0 && starts[i - 1] === slot + 1
    const joinsBelow = i < starts.length && ends[i] === slot
    if (joinsAbove && joinsBelow) {
      ends[i] = ends[i - 1]
      starts.splice(i - 1, 1)
      ends.splice(i - 1, 1)
    } else if (joinsAbove) {
      starts[i - 1] = slot
    } else if (joinsBelow) {
      ends[i] = slot + 1
    } else {
      starts.splice(i, 0, slot)
      ends.splice(i, 0, slot + 1)
    }
  }
}

module.exports = {
  title: 'intervals',
  version: 'hand-written',
  load: () => () => new Intervals()
}
