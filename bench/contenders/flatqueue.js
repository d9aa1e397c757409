'use strict'

// The algorithm of 0.1.0 on a heap of plain numbers.

const { readFileSync } = require('fs')
const path = require('path')

const EventEmitter = require('events')

const home = path.join(__dirname, '../../node_modules/flatqueue')

module.exports = {
  title: 'flatqueue',
  version: JSON.parse(readFileSync(path.join(home, 'package.json'))).version,
  async load () {
    const { default: FlatQueue } = await import('flatqueue')

    class FlatQueueSlots extends EventEmitter {
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

    return () => new FlatQueueSlots()
  }
}
