'use strict'

// Which slots of a manager are leased, and by which lease. Each lease has a number of its own,
// and is in force while its slot has that number.

const Numbers = Float64Array // captured in case the global is patched later
const LEAST = 32 // slots that the array covers at first

let lastNumber = 0

// A Map with methods of its own, in case those of Map.prototype are patched later.
class OwnMap extends Map {}
for (const name of ['get', 'set', 'has', 'delete', 'forEach']) OwnMap.prototype[name] = Map.prototype[name]
const { get: size } = Object.getOwnPropertyDescriptor(Map.prototype, 'size')
Object.defineProperty(OwnMap.prototype, 'size', { __proto__: null, get: size })

class Leases {
  end = 0 // the array covers the slots below it
  numbers = new Numbers(0) // by slot; 0 if it is not leased
  pages = new OwnMap() // from slot >>> 16 to a Map from slots to numbers: a Map holds at most 2^24

  /** The number of the slot's lease; 0 if it is not leased. */
  numberOf (slot) {
    if (slot < this.end) return this.numbers[slot]
    const page = this.pages.get(slot >>> 16)
    return (page && page.get(slot)) || 0
  }

  /**
   * Makes room for the lease of a slot that has none and is beyond the array: in the array if the
   * slot is below the capacity, and else in a Map. False if the allocation failed; then nothing
   * has changed.
   */
  makeRoom (slot, capacity) {
    // Stryker disable next-line EqualityOperator: a Map and the array are both right for the slot at the capacity
    if (slot < capacity) return this.#growOver(slot)
    const key = slot >>> 16
    if (!this.pages.has(key)) this.pages.set(key, new OwnMap())
    this.pages.get(key).set(slot, 0) // so that set() needs no memory
    return true
  }

  #growOver (slot) {
    let end = LEAST
    while (end <= slot) end *= 2
    let larger
    try {
      larger = new Numbers(end)
    } catch (_) {
      return false
    }
    for (let i = 0; i < this.end; i++) larger[i] = this.numbers[i]
    // A growth that was terminated may have left slots in the Maps that the array covers.
    this.pages.forEach((page, key) => {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: it saves time, as writes beyond the end do nothing
      if (key << 16 < end) page.forEach((number, leased) => { if (leased >= this.end) larger[leased] = number })
    })
    this.numbers = larger
    this.end = end
    this.pages.forEach((page, key, pages) => {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: it saves time
      if (key << 16 < end) page.forEach((_, leased) => { if (leased < end) page.delete(leased) })
      if (page.size === 0) pages.delete(key)
    })
    return true
  }

  /** Sets the number of a slot that there is room for. */
  set (slot, number) {
    if (slot < this.end) this.numbers[slot] = number
    else this.pages.get(slot >>> 16).set(slot, number)
  }

  /** Ends the lease of a slot. Whether it had one. */
  delete (slot) {
    if (slot < this.end) {
      if (this.numbers[slot] === 0) return false
      this.numbers[slot] = 0
      return true
    }
    const page = this.pages.get(slot >>> 16)
    if (page === undefined || !page.has(slot)) return false
    const isLeased = page.get(slot) > 0
    // One change alone, and last: with no stack left even the getter `size` can throw.
    if (page.size === 1) this.pages.delete(slot >>> 16)
    else page.delete(slot)
    return isLeased
  }

  static newNumber () {
    return ++lastNumber
  }
}

/** What lease() and adopt() return. `release` is a property, so that it needs no receiver. */
class Lease {
  slot
  release

  constructor (slot, release) {
    this.slot = slot
    this.release = release
  }

  get [Symbol.dispose] () { return this.release }
}

module.exports = { Lease, Leases, NO_LEASES: new Leases() }
