'use strict'

const MOST = 1 << 17 // more slots than a server has connections
const GAVE_OR_TOOK_BACK = /^([+-]) (\d+) {2}(\S+) {2}(\d+) in use$/

/**
 * Checks the log of a server, line by line, against a model: each slot given must be the
 * lowest free one; each slot taken back must be in use by that peer; and the server must
 * count as many slots in use as the model does.
 */
class Record {
  constructor () {
    this.taken = new Uint8Array(MOST) // 1: in use, or reported as lost
    this.holders = new Map() // the peer that has each slot in use
    this.load = 0 // slots in use, by the count of the server
    this.given = 0
    this.faults = [] // each is reported once, not on every line that follows from it
    this.surplus = 0 // how many slots more than the model the server counts
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
