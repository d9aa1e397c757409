'use strict'

/**
 * The naive model: a manager that keeps its slots in use in a Set. It is written to be
 * obviously right, and slow: get() looks at every slot from 0 up.
 */
class Model {
  constructor (maxSlots) {
    this.maxSlots = maxSlots
    this.clear()
  }

  clear () {
    this.inUse = new Set()
    this.maxSlotGiven = 0
  }

  peek () {
    let slot = 0
    while (this.inUse.has(slot)) slot++
    return slot < this.maxSlots ? slot : undefined
  }

  take (slot) {
    this.inUse.add(slot)
    this.maxSlotGiven = Math.max(this.maxSlotGiven, slot + 1)
    return slot
  }

  get () {
    const slot = this.peek()
    return slot === undefined ? undefined : this.take(slot)
  }

  /** Returns whether the slot was in use. */
  put (slot) {
    return this.inUse.delete(Object.is(slot, -0) ? 0 : slot)
  }

  reserve (slot) {
    if (this.inUse.has(slot)) return false
    this.take(slot)
    return true
  }

  values () {
    return [...this.inUse].sort((a, b) => a - b)
  }
}

module.exports = Model
