'use strict'

// Identifiers from `min` to `max`, such as MQTT's from 1 to 65,535, made from slots. The API
// is that of the npm package number-allocator.

const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')

class PacketIds {
  constructor (min = 1, max = 65535) {
    this.min = min
    this.slots = new CallosumServerSlots({ maxSlots: max - min + 1 })
    this.slots.on('error', () => {}) // free() or use() of an invalid id has no effect
  }

  /** The lowest vacant id, used from now on; null if there is none. */
  alloc () { return this.idOf(this.slots.get()) }

  /** The id that alloc() would return. */
  firstVacant () { return this.idOf(this.slots.peek()) }

  /** Whether the id was vacant. It is used from now on. */
  use (id) { return this.slots.reserve(id - this.min) }

  free (id) { this.slots.put(id - this.min) }

  clear () { this.slots.clear() }

  idOf (slot) { return slot === undefined ? null : slot + this.min }
}

module.exports = PacketIds
