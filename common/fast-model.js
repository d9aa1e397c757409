'use strict'

// A model that is fast enough for the soak's millions of calls and for writing the
// benchmark's programs. __test__/programs/fast-model.test.js compares it with the naive
// model (__test__/support/model.js).

const TABLE = 1 << 21

/**
 * The state that a manager must have: one byte for each slot, 1 is in use. It shares no
 * idea with the package: no bitmap, no heap, no runs.
 *
 * To be fast, it also counts the slots in use in each block of slots, and keeps an
 * unordered array of the slots in use, from which any() picks one.
 *
 * Slots from `table` up are kept in a Set instead. They can be reserved, but get() must
 * not reach them.
 */
class FastModel {
  /**
   * @param {number} maxSlots
   * @param {object} [sizes]
   * @param {number} [sizes.table=2097152] how many slots have a byte
   * @param {number} [sizes.block=128] how many slots are counted together: a power of two
   */
  constructor (maxSlots, { table = TABLE, block = 128 } = {}) {
    this.maxSlots = maxSlots
    this.table = table
    this.block = block
    this.shift = Math.log2(block)
    this.clear()
  }

  clear () {
    this.inUse = new Uint8Array(4 * this.block)
    this.counts = new Uint16Array(4) // slots in use in each block
    this.held = new Int32Array(4 * this.block) // the slots in use below `table`, in no order
    this.places = new Int32Array(4 * this.block) // the index in `held` of each slot in use
    this.far = new Set() // the slots in use from `table` up
    this.size = 0 // slots in use
    this.maxSlotGiven = 0
    this.highWater = 0 // one more than the highest slot taken below `table`
    this.lowest = 0 // every slot below this one is in use
  }

  peek () {
    const { inUse, counts, block, shift } = this
    let slot = this.lowest
    while (inUse[slot] === 1) {
      slot++
      if ((slot & (block - 1)) === 0) while (counts[slot >>> shift] === block) slot += block
    }
    if (slot >= this.table) throw new Error(`the model is limited to ${this.table} slots`)
    this.lowest = slot
    return slot < this.maxSlots ? slot : undefined
  }

  get () {
    const slot = this.peek()
    if (slot !== undefined) this.take(slot)
    return slot
  }

  has (slot) {
    return slot < this.table ? this.inUse[slot] === 1 : this.far.has(slot)
  }

  /** Returns whether the slot was in use. */
  put (slot) {
    if (!this.has(slot)) return false
    this.size--
    if (slot >= this.table) return this.far.delete(slot)
    this.inUse[slot] = 0
    this.counts[slot >>> this.shift]--
    const last = this.held[this.size - this.far.size]
    this.held[this.places[slot]] = last
    this.places[last] = this.places[slot]
    if (slot < this.lowest) this.lowest = slot
    return true
  }

  /** Returns whether the slot was free. */
  reserve (slot) {
    if (this.has(slot)) return false
    this.take(slot)
    return true
  }

  take (slot) {
    if (slot >= this.maxSlotGiven) this.maxSlotGiven = slot + 1
    if (slot >= this.table) {
      this.far.add(slot)
      this.size++
      return
    }
    if (slot >= this.highWater) this.highWater = slot + 1
    if (slot >= this.inUse.length) this.grow(slot)
    this.inUse[slot] = 1
    this.counts[slot >>> this.shift]++
    this.places[slot] = this.size - this.far.size
    this.held[this.places[slot]] = slot
    this.size++
  }

  /** A random slot in use below `table`; undefined if there is none. */
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
    this.counts = new Uint16Array(length / this.block)
    this.counts.set(counts)
    this.held = new Int32Array(length)
    this.held.set(held)
    this.places = new Int32Array(length)
    this.places.set(places)
  }

  /** The lowest slot in use from `slot` up; undefined if there is none. */
  nextInUse (slot) {
    const { inUse, counts, block, shift } = this
    for (; slot < inUse.length; slot++) {
      if ((slot & (block - 1)) === 0) while (counts[slot >>> shift] === 0) slot += block
      if (inUse[slot] === 1) return slot
    }
  }

  /** The lowest free slot from `slot` up, which may be above maxSlots. */
  nextFree (slot) {
    while (this.inUse[slot] === 1) slot++
    return slot
  }

  /** The slots in use, ascending. */
  values () {
    const values = new Int32Array(this.size)
    let count = 0
    const { inUse, highWater } = this
    for (let slot = 0; slot < highWater; slot++) if (inUse[slot] === 1) values[count++] = slot
    values.set(Array.from(this.far).sort((a, b) => a - b), count)
    return values
  }
}

module.exports = { FastModel, TABLE }
