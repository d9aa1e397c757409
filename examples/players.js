'use strict'

// Players of a game keep their numbers when they reconnect, and over a restart of the server.
// A number that is not claimed in time is free again.

const { existsSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')

class Players {
  /**
   * @param {string} file that keeps the numbers over a restart. `file.lock` and `file.new` are
   *   beside it.
   * @param {number} claimTime ms in which a player who has left can claim the number
   * @throws {Error} if another process has the file, or if it is not one that save() has written;
   *   nothing is changed then
   */
  constructor (file, claimTime) {
    this.file = file
    this.claimTime = claimTime
    this.slots = new CallosumServerSlots()
    this.players = new Map() // from each player's secret to { lease, connections, timer }
    this.isClosed = false
    for (const [secret, number] of take(file)) {
      if (this.players.has(secret)) continue // the file has it twice
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
    if (this.isClosed) return
    const saved = Array.from(this.players, ([secret, { lease }]) => [secret, lease.slot])
    const next = this.file + '.new'
    rmSync(next, { force: true })
    // The secrets are for the owner's eyes. 'wx' writes to no file that is there already, also
    // not through a link that somebody else has put there.
    writeFileSync(next, JSON.stringify(saved), { mode: 0o600, flag: 'wx' })
    renameSync(next, this.file) // replaces the whole file at once
  }

  /** Frees no number: the next process takes them over. */
  close () {
    if (this.isClosed) return
    this.save()
    this.isClosed = true
    for (const { timer } of this.players.values()) clearTimeout(timer)
    this.players.clear()
    rmSync(this.file + '.lock')
  }
}

/** Two processes with one file would give a number twice. So each takes it first, with a lock. */
function take (file) {
  const lock = file + '.lock'
  try {
    writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const pid = Number(readFileSync(lock, 'utf8'))
    if (pid !== process.pid && isAlive(pid)) throw new Error(`Process ${pid} has ${file}. If it is no server of players, remove ${lock}`)
    rmSync(lock) // of a process that has crashed
    return take(file)
  }
  try {
    return existsSync(file) ? parse(readFileSync(file, 'utf8')) : []
  } catch (error) {
    rmSync(lock)
    throw new Error(`${file} does not have the numbers of players: ${error.message}. Mend or remove it`)
  }
}

function parse (text) {
  const saved = JSON.parse(text)
  for (const [secret, number] of saved) {
    if (typeof secret !== 'string' || !Number.isInteger(number) || number < 0 || number > 2147483646) throw new Error(`${JSON.stringify([secret, number])} is no player`)
  }
  return saved
}

function isAlive (pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

module.exports = Players
