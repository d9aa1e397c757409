'use strict'

// What MQTT.js has used since 2026 instead of number-allocator: a Set of the ids in use, and
// a low-water mark below which none is free. Rewritten after its
// src/lib/number-allocator.ts, with slots from 0 up and without a limit.

class SetSlots {
  constructor () {
    this.used = new Set()
    this.mark = 0
  }

  get () {
    let slot = this.mark
    while (this.used.has(slot)) slot++
    this.used.add(slot)
    this.mark = slot + 1
    return slot
  }

  put (slot) {
    this.used.delete(slot)
    if (slot < this.mark) this.mark = slot
  }
}

module.exports = {
  title: 'Set',
  load: () => SetSlots
}
