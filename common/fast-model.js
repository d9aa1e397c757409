'use strict'

/** Slots from here up are reserved far ahead, if at all: no get() comes so far. */
const TABLE = 1 << 21

/** As many slots are counted together, to find a free one without looking at all. */
const BLOCK = 128

/**
 * What a manager has to do: a byte for each slot, 1 is in use, and for each
 * block of slots how many of its bytes are 1. No bits, no runs. Beside
 * that, the slots in use in an array, from which programs choose some to put.
 */
class Model {
  constructor (maxSlots) {
    this.maxSlots = maxSlots
    this.clear()
  }

  clear () {
    this.inUse = new Uint8Array(4 * BLOCK)
    this.counts = new Uint8Array(4)
    this.held = new Int32Array(4 * BLOCK) // the slots in use, in no order …
    this.places = new Int32Array(4 * BLOCK) // … and where each of them is there
    this.far = new Set() // the slots in use from TABLE up
    this.size = 0
    this.maxSlotGiven = 0
    this.near = 0 // the same, of the slots below TABLE
    this.lowest = 0 // no slot below is free
  }

  peek () {
    let slot = this.lowest
    while (this.inUse[slot] === 1) {
      slot++
      if (slot % BLOCK === 0) while (this.counts[slot / BLOCK] === BLOCK) slot += BLOCK
    }
    if (slot >= TABLE) throw new Error(`the model holds ${TABLE} slots`)
    this.lowest = slot
    return slot < this.maxSlots ? slot : undefined
  }

  get () {
    const slot = this.peek()
    if (slot !== undefined) this.take(slot)
    return slot
  }

  has (slot) {
    return slot < TABLE ? this.inUse[slot] === 1 : this.far.has(slot)
  }

  /** Whether it was in use. */
  put (slot) {
    if (!this.has(slot)) return false
    this.size--
    if (slot >= TABLE) return this.far.delete(slot)
    this.inUse[slot] = 0
    this.counts[Math.floor(slot / BLOCK)]--
    const last = this.held[this.size - this.far.size]
    this.held[this.places[slot]] = last
    this.places[last] = this.places[slot]
    if (slot < this.lowest) this.lowest = slot
    return true
  }

  /** Whether it was free. */
  reserve (slot) {
    if (this.has(slot)) return false
    this.take(slot)
    return true
  }

  take (slot) {
    if (slot >= this.maxSlotGiven) this.maxSlotGiven = slot + 1
    if (slot >= TABLE) {
      this.far.add(slot)
      this.size++
      return
    }
    if (slot >= this.near) this.near = slot + 1
    if (slot >= this.inUse.length) this.grow(slot)
    this.inUse[slot] = 1
    this.counts[Math.floor(slot / BLOCK)]++
    this.places[slot] = this.size - this.far.size
    this.held[this.places[slot]] = slot
    this.size++
  }

  /** Some slot in use below TABLE; undefined where there is none. */
  any (random) {
    const held = this.size - this.far.size
    return held > 0 ? this.held[random.below(held)] : undefined
  }

  grow (slot) {
    let length = this.inUse.length
    while (length <= slot) length *= 2
    const { inUse, counts, held, places } = this
    this.inUse = new Uint8Array(length)
    this.inUse.set(inUse)
    this.counts = new Uint8Array(length / BLOCK)
    this.counts.set(counts)
    this.held = new Int32Array(length)
    this.held.set(held)
    this.places = new Int32Array(length)
    this.places.set(places)
  }

  /** The lowest slot in use from `slot` up; undefined where there is none. */
  nextInUse (slot) {
    const { inUse, counts } = this
    for (; slot < inUse.length; slot++) {
      if (slot % BLOCK === 0) while (counts[slot / BLOCK] === 0) slot += BLOCK
      if (inUse[slot] === 1) return slot
    }
  }

  /** The lowest free slot from `slot` up, whether or not it is below maxSlots. */
  nextFree (slot) {
    while (this.inUse[slot] === 1) slot++
    return slot
  }

  /** The slots in use, ascending. */
  values () {
    const values = new Int32Array(this.size)
    let count = 0
    const { inUse, near } = this
    for (let slot = 0; slot < near; slot++) if (inUse[slot] === 1) values[count++] = slot
    values.set(Array.from(this.far).sort((a, b) => a - b), count)
    return values
  }
}

module.exports = { Model, TABLE }
