'use strict'

// What a program would write in place of the calls that calls.js measures.

const CallosumServerSlots = require('..')

/** A lease is a closure over get() and put(). */
class Closures {
  constructor () {
    this.slots = new CallosumServerSlots()
  }

  get () { return this.slots.get() }

  lease () { return this.adopt(this.slots.get()) }

  adopt (slot) {
    const { slots } = this
    let isReleased = false
    const release = () => {
      if (isReleased) return
      isReleased = true
      slots.put(slot)
    }
    return { slot, release }
  }
}

/** A lease is in force while a Set has it. */
class LeaseSet extends Closures {
  constructor () {
    super()
    this.leases = new Set()
  }

  adopt (slot) {
    const { leases, slots } = this
    const lease = { slot, release () { if (leases.delete(lease)) slots.put(slot) } }
    leases.add(lease)
    return lease
  }
}

/** A byte for each slot, 1 is in use, and a low-water mark. */
class Flags {
  constructor ({ maxSlots = 2 ** 20 } = {}) {
    this.maxSlots = maxSlots
    this.clear()
  }

  clear () {
    this.inUse = new Uint8Array(Math.min(this.maxSlots, 2 ** 10))
    this.size = 0
    this.lowest = 0
  }

  get () {
    if (this.size === this.maxSlots) return undefined
    while (this.inUse[this.lowest] === 1) this.lowest++
    this.reserve(this.lowest)
    return this.lowest++
  }

  put (slot) {
    this.inUse[slot] = 0
    this.size--
    if (slot < this.lowest) this.lowest = slot
  }

  reserve (slot) {
    if (slot >= this.inUse.length) this.grow(slot)
    if (this.inUse[slot] === 1) return false
    this.inUse[slot] = 1
    this.size++
    return true
  }

  lease (slot) {
    return this.reserve(slot) ? { slot, release: () => this.put(slot) } : undefined
  }

  * values () {
    const inUse = this.inUse.slice()
    for (let slot = 0; slot < inUse.length; slot++) if (inUse[slot] === 1) yield slot
  }

  grow (slot) {
    const { inUse } = this
    this.inUse = new Uint8Array(2 ** Math.ceil(Math.log2(slot + 1)))
    this.inUse.set(inUse)
  }

  static from ({ maxSlots, inUse }) {
    const slots = new Flags({ maxSlots })
    for (const [start, end] of inUse) {
      for (let slot = start; slot < end; slot++) slots.reserve(slot)
    }
    return slots
  }
}

module.exports = {
  closures: { title: 'closures', load: () => Closures },
  'lease-set': { title: 'Set of leases', load: () => LeaseSet },
  flags: { title: 'array of flags', load: () => Flags }
}
