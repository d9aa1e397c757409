'use strict'

// The algorithm of 0.1.0 on a heap of plain numbers.

const EventEmitter = require('events')

const { version } = require('../../node_modules/flatqueue/package.json') // which exports only its code

module.exports = {
  title: `flatqueue ${version}`,
  async load () {
    const { default: FlatQueue } = await import('flatqueue')

    return class FlatQueueSlots extends EventEmitter {
      constructor () {
        super()
        this.queue = new FlatQueue()
        this.maxSlotGiven = 0
      }

      get () {
        return this.queue.length === 0 ? this.maxSlotGiven++ : this.queue.pop()
      }

      put (slot) {
        if (!(slot < this.maxSlotGiven)) {
          return this.emit('error', new Error('Invalid slot: ' + slot))
        }
        this.queue.push(slot, slot)
      }
    }
  }
}
