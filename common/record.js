'use strict'

const MOST = 1 << 17 // slots, more than a server has connections
const GAVE_OR_TOOK_BACK = /^([+-]) (\d+) {2}(\S+) {2}(\d+) in use$/

/**
 * What one server says of its slots, line by line and in its order, held against
 * a model of its own: each slot given must be free, and the lowest that is free;
 * each slot taken back must be in use by the one who has it; and the manager must
 * count as many in use as the model does.
 */
class Record {
  constructor () {
    this.taken = new Uint8Array(MOST) // 1 is in use or, once that was said, lost
    this.holders = new Map() // from each slot in use to the peer that has it
    this.load = 0 // how many slots are in use, as the server says
    this.given = 0
    this.faults = [] // each once, not on every line that follows from it
    this.surplus = 0 // how many slots too many the server counts
  }

  read (line) {
    const [, sign, digits, peer, count] = GAVE_OR_TOOK_BACK.exec(line) || []
    if (sign === undefined) {
      this.faults.push(`it said: ${line}`)
      return
    }
    if (sign === '+') this.give(Number(digits), peer)
    else this.takeBack(Number(digits), peer)
    this.load = Number(count)
    const surplus = this.load - this.holders.size
    if (surplus !== this.surplus) {
      this.faults.push(`it counts ${this.load} slots in use, and ${this.holders.size} are: ${line}`)
    }
    this.surplus = surplus
  }

  give (slot, peer) {
    const { holders, taken } = this
    this.given++
    if (holders.has(slot)) {
      this.faults.push(`slot ${slot} was given twice: to ${holders.get(slot)} and to ${peer}`)
    }
    for (let lower = taken.indexOf(0); lower >= 0 && lower < slot; lower = taken.indexOf(0, lower)) {
      this.faults.push(`slot ${lower} was lost: it was free when ${slot} was given`)
      taken[lower] = 1
    }
    taken[slot] = 1
    holders.set(slot, peer)
  }

  takeBack (slot, peer) {
    const { holders, taken } = this
    if (holders.get(slot) !== peer) {
      const holder = holders.has(slot) ? holders.get(slot) + ' had it' : 'nobody had it'
      this.faults.push(`slot ${slot} was taken back from ${peer}: ${holder}`)
    }
    taken[slot] = 0
    holders.delete(slot)
  }
}

module.exports = Record
