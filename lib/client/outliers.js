'use strict'

const { performance } = require('perf_hooks')

/**
 * Outlier detection. A server that takes connections and fails each request frees its slots
 * at once, and so offers the lowest ones. After some failures in a row it is *ejected*: it
 * gets no attempts, and loses its connections. After that it is *on probation*: it gets one
 * connection at most, until a release without an error. The next failure ejects it again,
 * for twice as long.
 */
class Outliers {
  #settings
  #records = new Map() // by the server's key, of servers with a failure since their last success
  #listed = new Set() // keys

  /** @param {{ failures: number, ejectionTime: number, maxEjectionTime: number } | false} settings */
  constructor (settings) {
    this.#settings = settings
  }

  /** How many servers are ejected now. O(n) for n servers that have failed. */
  get ejected () {
    const now = performance.now()
    let count = 0
    for (const { end } of this.#records.values()) if (end > now) count++
    return count
  }

  /** Takes the keys of all listed servers. The others are forgotten. */
  list (keys) {
    this.#listed = keys
    for (const key of this.#records.keys()) if (!keys.has(key)) this.#records.delete(key)
    const now = performance.now()
    // At least half of the servers stay in use, of a shorter list too. Those that are not ejected come first.
    const records = Array.from(this.#records.values()).sort((a, b) => a.end - b.end)
    while (2 * records.length > keys.size) records.shift().end = now
  }

  /**
   * Counts a failure of a connection. Returns whether it ejects the server. Connections from
   * before the last ejection do not count.
   */
  failed ({ key, openedAt }) {
    if (this.#settings === false || !this.#listed.has(key)) return false
    const { failures, ejectionTime, maxEjectionTime } = this.#settings
    if (!this.#records.has(key)) this.#records.set(key, { failures: 0, ejections: 0, start: -Infinity, end: 0 })
    const record = this.#records.get(key)
    if (openedAt <= record.start) return false
    record.failures++
    if (record.failures < failures) return false // their number stays: the next one after an ejection is enough
    if (2 * (this.ejected + 1) > this.#listed.size) return false // at least half of the servers stay in use
    const time = Math.min(ejectionTime * 2 ** record.ejections, maxEjectionTime)
    record.ejections++
    record.start = performance.now()
    record.end = record.start + time * (1 - Math.random() / 4) // clients must not return in step
    return true
  }

  /** Counts a success of a connection. Returns whether it ends the probation of the server. */
  succeeded ({ key, openedAt }) {
    const record = this.#records.get(key)
    if (record === undefined || openedAt <= record.start) return false
    this.#records.delete(key)
    return record.ejections > 0
  }

  isEjected (key) {
    const record = this.#records.get(key)
    return record !== undefined && record.end > performance.now()
  }

  isOnProbation (key) {
    const record = this.#records.get(key)
    return record !== undefined && record.ejections > 0 && record.end <= performance.now()
  }
}

module.exports = { Outliers }
