'use strict'

/**
 * The naive model: a manager that keeps its slots in use in a Set. It is written to be
 * obviously right.
 */
class Model {
  constructor (maxSlots) {
    this.maxSlots = maxSlots
    this.clear()
  }

  clear () {
    this.inUse = new Set()
    this.maxSlotGiven = 0
    this.lowest = 0 // every slot below is in use: peek() need not look at them again
  }

  get size () {
    return this.inUse.size
  }

  peek () {
    while (this.inUse.has(this.lowest)) this.lowest++
    return this.lowest < this.maxSlots ? this.lowest : undefined
  }

  get () {
    const slot = this.peek()
    if (slot !== undefined) this.reserve(slot)
    return slot
  }

  has (slot) {
    return this.inUse.has(slot)
  }

  /** Returns whether the slot was in use. */
  put (slot) {
    if (!this.inUse.delete(slot)) return false
    this.lowest = Math.min(this.lowest, slot + 0) // never -0
    return true
  }

  /** Returns whether the slot was free. */
  reserve (slot) {
    if (this.inUse.has(slot)) return false
    this.inUse.add(slot)
    this.maxSlotGiven = Math.max(this.maxSlotGiven, slot + 1)
    return true
  }

  /** The slots in use, ascending. */
  values () {
    return [...this.inUse].sort((a, b) => a - b)
  }

  toJSON () {
    const inUse = []
    for (const slot of this.values()) {
      const last = inUse[inUse.length - 1]
      if (last !== undefined && last[1] === slot) last[1]++
      else inUse.push([slot, slot + 1])
    }
    return { maxSlots: this.maxSlots, maxSlotGiven: this.maxSlotGiven, inUse }
  }
}

module.exports = Model
