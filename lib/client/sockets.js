'use strict'

const { guarded } = require('./context.js')
const { after } = require('./deadline.js')

const CLOSE_TIME = 1000 // ms from destroy() to 'close', which some streams do not emit

/** The sockets of a client that have not closed. */
class Sockets {
  #open = new Map() // from the socket to what stops its timer in destroy()
  #timeout
  #onNone = () => {}

  /** @param {number} timeout ms that a socket has to send what was written to it */
  constructor (timeout) {
    this.#timeout = timeout
  }

  add (socket) {
    socket.on('close', () => this.#forget(socket))
    this.#open.set(socket, () => {})
  }

  has (socket) {
    return this.#open.has(socket)
  }

  /** Closes a socket after what was written to it is sent. */
  end (socket) {
    const cancel = after(this.#timeout, () => this.destroy(socket))
    const destroy = () => {
      cancel()
      this.destroy(socket)
    }
    guarded(() => {
      socket.on('close', cancel)
      socket.end(destroy)
    })
  }

  /** Closes a socket, and does not wait for its 'close' for ever. */
  destroy (socket) {
    const forget = () => this.#forget(socket)
    const stop = this.#open.get(socket)
    if (stop !== undefined) {
      stop()
      this.#open.set(socket, after(CLOSE_TIME, forget))
    }
    guarded(() => socket.on('close', forget)) // a lessee may have removed the listener of add()
    guarded(() => socket.destroy())
  }

  destroyAll () {
    for (const socket of Array.from(this.#open.keys())) this.destroy(socket)
  }

  /** Resolves when no socket is open. No socket may be added afterwards. */
  whenNone () {
    return new Promise(resolve => {
      this.#onNone = resolve
      // Not at once: options.connect() may have called, and is about to return a socket.
      queueMicrotask(() => { if (this.#open.size === 0) resolve() })
    })
  }

  // Stops the timer of destroy() too, which hears no 'close' if one is being emitted already.
  #forget (socket) {
    const stop = this.#open.get(socket)
    if (stop !== undefined) stop()
    this.#open.delete(socket)
    if (this.#open.size === 0) this.#onNone()
  }
}

module.exports = { Sockets }
