'use strict'

// Holds what the example server logs against the naive idea of slots: an array
// of which the first empty place is given. It knows nothing of the package.

const fs = require('node:fs')

const HIGHEST = 65536 // more slots than any load takes at once

class Record {
  constructor (file) {
    this.file = file
    this.position = 0
    this.rest = ''
    this.taken = new Uint8Array(HIGHEST)
    this.peers = new Map() // from each slot in use to who has it
    this.served = 0
    this.peak = 0
    this.faults = []
    this.lastLine = ''
  }

  get inUse () {
    return this.peers.size
  }

  /** Reads on from where it was. */
  read () {
    const descriptor = fs.openSync(this.file, 'r')
    const buffer = Buffer.alloc(1 << 20)
    for (let length; (length = fs.readSync(descriptor, buffer, 0, buffer.length, this.position)) > 0;) {
      this.position += length
      const lines = (this.rest + buffer.toString('latin1', 0, length)).split('\n')
      this.rest = lines.pop()
      for (const line of lines) this.check(line)
    }
    fs.closeSync(descriptor)
  }

  check (line) {
    this.lastLine = line
    const [, sign, digits, peer, count] = line.match(/^([+-]) (\d+) {2}(\S+) {2}(\d+) in use$/) || []
    const slot = Number(digits)
    if (sign === '+') {
      const lowest = this.taken.indexOf(0)
      if (slot !== lowest) this.faults.push(`the server gave ${slot}, and ${lowest} was the lowest free slot: ${line}`)
      this.taken[slot] = 1
      this.peers.set(slot, peer)
      this.served++
      this.peak = Math.max(this.peak, this.inUse)
    } else if (sign === '-') {
      if (this.peers.get(slot) !== peer) this.faults.push(`the server freed ${slot}, which that peer did not have: ${line}`)
      this.taken[slot] = 0
      this.peers.delete(slot)
    } else {
      if (!/^(listening on|connections served:) /.test(line)) this.faults.push(`the server said: ${line}`)
      return
    }
    if (Number(count) !== this.inUse) this.faults.push(`${this.inUse} should be in use: ${line}`)
  }
}

module.exports = Record
