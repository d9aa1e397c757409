'use strict'

// What MQTT.js used from 2021 to 2026: intervals of free numbers in a tree.

const { version } = require('number-allocator/package.json')

module.exports = {
  title: `number-allocator ${version}`,
  load () {
    const { NumberAllocator } = require('number-allocator')

    return class NumberAllocatorSlots {
      constructor () {
        this.allocator = new NumberAllocator(0, 2 ** 31 - 2)
      }

      get () { return this.allocator.alloc() }
      put (slot) { this.allocator.free(slot) }
    }
  }
}
