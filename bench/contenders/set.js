'use strict'

// What MQTT.js has used since 2026 in place of number-allocator: a Set of the
// numbers in use, and a mark below which none is free. Written anew after its
// src/lib/number-allocator.ts, with slots from 0 and no upper end.

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
  title: 'Set and mark, as in MQTT.js',
  version: 'hand-written',
  load: () => () => new SetSlots()
}
