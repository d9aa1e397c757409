'use strict'

const { performance } = require('perf_hooks')
const { pause } = require('stream').Readable.prototype
const { guarded } = require('./context.js')
const { after } = require('./deadline.js')

/**
 * A connection whose slot has arrived. What the server sends while it is not leased stays in
 * the socket's own buffer, for whoever reads next. pool.js draws its states.
 */
class Connection {
  constructor (socket, slot, { server, key }, timeout, pool) {
    this.socket = socket
    this.slot = slot
    this.server = server
    this.key = key // of the server
    this.timeout = timeout
    this.pool = pool
    this.shown = { socket, slot, server } // what the program sees, and may change
    // Stryker disable next-line StringLiteral: see Pool.drop()
    this.state = 'offered'
    this.isRetired = false // whether it is closed when it is released
    this.wasOpened = false // whether 'open' has come with it
    this.openedAt = performance.now()
    // Stryker disable next-line BooleanLiteral: watch() finds out
    this.isReadByProgram = false // by listeners that were added in 'open'
    this.isWatched = false
    this.isListening = false // whether onReadable is on the socket
    this.stopFullTimer = undefined
    this.onReadable = () => this.#lookForEnd()
    this.onListenerRemoved = name => this.#readerRemoved(name)
    socket.on('end', () => pool.ended(this))
    socket.on('close', () => {
      this.#clearFullTimer()
      pool.closed(this)
    })
  }

  /** Whether it can be leased. */
  get isOpen () {
    try {
      const { destroyed, writable } = this.socket
      return !destroyed && writable && !this.hasEnded
    } catch {
      return false // thrown by a getter of the stream
    }
  }

  /**
   * Whether the server has ended the connection. Node.js tells it, by 'end', only after all
   * bytes have been read. Its streams have no public property for the end of unread bytes.
   */
  get hasEnded () {
    return this.socket.readableEnded || this.socket._readableState.ended
  }

  /** Whether the socket has failed. */
  get hasFailed () {
    try {
      const { errored } = this.socket
      return errored !== null && errored !== undefined
    } catch {
      return true // thrown by a getter of the stream
    }
  }

  /** Whether the server has ended the connection, or it has failed. */
  get isBroken () {
    try {
      return this.hasFailed || this.hasEnded
    } catch {
      return true
    }
  }

  /**
   * Keeps what arrives in the buffer of the socket, and notices the end of the connection.
   * A 'readable' listener that reads nothing lets the stream fill its buffer.
   */
  watch () {
    // Stryker disable next-line ConditionalExpression: Node.js 20 alone needs it
    if (this.isReadByProgram) this.#readerRemoved('data') // the streams of Node.js 20 do not tell it
    if (this.isWatched || this.isReadByProgram) return
    this.isWatched = true
    // At once: bytes that flow without a listener are lost. In Deno socket.pause() would stop
    // the socket itself, and nothing but resume() start it again.
    pause.call(this.socket)
    // Node.js deals in the next tick with 'readable' listeners that have just been removed.
    process.nextTick(() => this.#listen())
  }

  #listen () {
    const { socket } = this
    if (!this.isWatched || this.isListening || socket.destroyed) return
    this.isListening = true
    socket.on('readable', this.onReadable)
  }

  /** Makes the socket like a new one: its first reader gets all bytes that were not read. */
  unwatch () {
    this.isWatched = false
    this.#clearFullTimer()
    if (this.isReadByProgram) return
    const { socket } = this
    this.isListening = false
    // This call lets a 'data' listener start the flow again, after pause(), even if the
    // listener is not there yet.
    socket.removeListener('readable', this.onReadable)
    if (socket.listenerCount('data') > 0) return
    // A 'readable' listener that is added now hears of these bytes only if they come once more.
    // Node.js 26 returns them chunk by chunk. A stream may have more at each read().
    const chunks = []
    for (let unread = socket.readableLength; unread > 0;) {
      const chunk = socket.read()
      if (chunk === null) break
      chunks.push(chunk)
      unread -= socket.readableObjectMode ? 1 : chunk.length
    }
    for (const chunk of chunks.reverse()) socket.unshift(chunk, socket.readableEncoding)
  }

  /** After 'open': watches if it is idle, unless the program has added a reader. */
  opened () {
    if (!this.#hasReaders()) return this.state === 'idle' ? this.watch() : undefined
    if (this.isWatched) this.unwatch() // it was leased and released in 'open'
    this.isReadByProgram = true
    this.socket.on('removeListener', this.onListenerRemoved)
  }

  // The reader that was added in 'open' may leave, as by once('data').
  #readerRemoved (name) {
    if ((name !== 'data' && name !== 'readable') || this.#hasReaders()) return
    this.isReadByProgram = false
    guarded(() => {
      this.socket.removeListener('removeListener', this.onListenerRemoved)
      if (this.state === 'idle') this.watch()
    })
  }

  #hasReaders () {
    const { socket } = this
    return socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0
  }

  #lookForEnd () {
    if (this.hasEnded) return this.pool.ended(this)
    // A full buffer hides the end.
    const { readableLength, readableHighWaterMark } = this.socket
    const isFull = readableLength > 0 && readableLength >= readableHighWaterMark
    if (isFull && this.stopFullTimer === undefined) this.stopFullTimer = after(this.timeout, () => this.pool.ended(this))
  }

  #clearFullTimer () {
    if (this.stopFullTimer !== undefined) this.stopFullTimer()
    this.stopFullTimer = undefined
  }
}

module.exports = { Connection }
