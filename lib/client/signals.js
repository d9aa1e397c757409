'use strict'

const { guarded } = require('./context.js')
const { aborted } = require('./errors.js')

/** The signals that calls wait on. Each has one listener: Node.js 20 warns of more than ten. */
class Signals {
  #entries = new Map() // by signal: the callbacks, and the listener

  /** Calls back with an AbortError when the signal is aborted. Throws what the signal throws: unfollow() then, too. */
  follow (signal, callback) {
    const known = this.#entries.get(signal)
    if (known !== undefined) return known.callbacks.add(callback)
    const callbacks = new Set([callback])
    const onAbort = () => {
      for (const callback of callbacks) callback(this.errorOf(signal))
    }
    this.#entries.set(signal, { callbacks, onAbort })
    signal.addEventListener('abort', onAbort)
  }

  unfollow (signal, callback) {
    const entry = this.#entries.get(signal)
    if (entry === undefined || !entry.callbacks.delete(callback) || entry.callbacks.size > 0) return
    this.#entries.delete(signal)
    guarded(() => signal.removeEventListener('abort', entry.onAbort))
  }

  errorOf (signal) {
    try {
      return aborted(signal)
    } catch (error) {
      return error // thrown by a getter of the signal
    }
  }
}

module.exports = { Signals }
