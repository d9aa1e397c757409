'use strict'

/**
 * The slots in use while a program is written: which one a random departure
 * frees, and which one an arrival gets. Every contender gives the lowest free
 * slot, so the program is the same for all. It is no contender: it must not
 * teach the JIT anything about one.
 */
class Model {
  constructor (inUse) {
    this.held = Array.from({ length: inUse }, (_, slot) => slot)
    this.place = this.held.slice() // where in `held` a slot is
    this.free = [] // a binary heap
    this.given = inUse
  }

  get inUse () { return this.held.length }

  get () {
    const slot = this.free.length > 0 ? this.#popFree() : this.given++
    this.place[slot] = this.held.length
    this.held.push(slot)
    return slot
  }

  put (slot) {
    const last = this.held.pop()
    if (last !== slot) {
      this.held[this.place[slot]] = last
      this.place[last] = this.place[slot]
    }
    this.#pushFree(slot)
  }

  #pushFree (slot) {
    const { free } = this
    let i = free.length
    for (; i > 0 && free[(i - 1) >> 1] > slot; i = (i - 1) >> 1) free[i] = free[(i - 1) >> 1]
    free[i] = slot
  }

  #popFree () {
    const { free } = this
    const lowest = free[0]
    const slot = free.pop()
    if (free.length === 0) return lowest
    let i = 0
    for (let child = 1; child < free.length; child = 2 * i + 1) {
      if (child + 1 < free.length && free[child + 1] < free[child]) child++
      if (free[child] >= slot) break
      free[i] = free[child]
      i = child
    }
    free[i] = slot
    return lowest
  }
}

module.exports = Model
