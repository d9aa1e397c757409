'use strict'

// The algorithm of 0.1.0: a counter for the slots never given, and a binary heap of
// {key, data} nodes for the returned ones. Like 0.1.0 it accepts a slot that is returned
// twice.

const EventEmitter = require('events')

class Heap extends EventEmitter {
  constructor () {
    super()
    this.nodes = []
    this.maxSlotGiven = 0
  }

  get () {
    if (this.nodes.length === 0) return this.maxSlotGiven++
    return this.#extractMin().data
  }

  put (slot) {
    if (!(slot < this.maxSlotGiven)) {
      return this.emit('error', new Error('Invalid slot: ' + slot))
    }
    this.#insert({ key: slot, data: slot })
  }

  #insert (node) {
    const { nodes } = this
    let i = nodes.length
    nodes.push(node)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (nodes[parent].key <= node.key) break
      nodes[i] = nodes[parent]
      i = parent
    }
    nodes[i] = node
  }

  #extractMin () {
    const { nodes } = this
    const least = nodes[0]
    const node = nodes.pop()
    const length = nodes.length
    if (length === 0) return least
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= length) break
      if (child + 1 < length && nodes[child + 1].key < nodes[child].key) child++
      if (nodes[child].key >= node.key) break
      nodes[i] = nodes[child]
      i = child
    }
    nodes[i] = node
    return least
  }
}

module.exports = {
  title: '0.1.0 heap',
  load: () => Heap
}
