'use strict'

// Players of a game keep their numbers when they reconnect, and over a restart of the server.
// A number that is not claimed in time is free again.

const { existsSync, readFileSync, renameSync, writeFileSync } = require('fs')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')

class Players {
  /**
   * @param {string} file that keeps the numbers over a restart
   * @param {number} claimTime ms in which a player who has left can claim the number
   */
  constructor (file, claimTime) {
    this.file = file
    this.claimTime = claimTime
    this.slots = new CallosumServerSlots()
    this.players = new Map() // from each player's secret to { lease, connections, timer }
    const saved = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    for (const [secret, number] of saved) {
      const lease = this.slots.lease(number) // that very slot
      if (lease !== undefined) this.wait(secret, lease)
    }
  }

  /** The player's number: the earlier one, or else the lowest free one. */
  join (secret) {
    const { lease, timer, connections } = this.players.get(secret) || { lease: this.slots.lease(), connections: 0 }
    if (lease === undefined) return undefined // full, if there is a limit
    clearTimeout(timer)
    this.players.set(secret, { lease, connections: connections + 1 })
    return lease.slot
  }

  /**
   * Called when a connection has ended. The player may come back, or be back already: the
   * end of a lost connection shows late.
   */
  leave (secret) {
    const player = this.players.get(secret)
    if (player === undefined || player.connections === 0) return
    player.connections--
    if (player.connections === 0) this.wait(secret, player.lease)
  }

  wait (secret, lease) {
    const timer = setTimeout(() => {
      this.players.delete(secret)
      lease.release()
    }, this.claimTime)
    this.players.set(secret, { lease, timer, connections: 0 })
  }

  /**
   * Save when a player joins, or every few seconds, and at the shutdown before the
   * connections are closed. A crash then loses only the numbers given since.
   */
  save () {
    const saved = Array.from(this.players, ([secret, { lease }]) => [secret, lease.slot])
    writeFileSync(this.file + '.new', JSON.stringify(saved))
    renameSync(this.file + '.new', this.file) // replaces the whole file at once
  }

  /** Frees no number: the next process takes them over. */
  close () {
    this.save()
    for (const { timer } of this.players.values()) clearTimeout(timer)
    this.players.clear()
  }
}

module.exports = Players
