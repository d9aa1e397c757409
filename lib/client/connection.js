'use strict'

const { after } = require('./deadline.js')

/**
 * A connection whose slot has arrived. What the server sends while it is not leased stays in
 * the socket's own buffer, for whoever reads next. pool.js draws its states.
 */
class Connection {
  constructor ({ socket, slot, server, key, timeout, onClose }) {
    this.shown = { socket, slot, server } // what the program sees
    this.key = key // of the server
    this.timeout = timeout
    this.state = 'offered'
    this.isRetired = false // whether it is closed when it is released
    this.wasOpened = false // whether 'open' has come with it
    this.isReadByProgram = false // by listeners that were added in 'open'
    this.isWatched = false
    this.isListening = false // whether onReadable is on the socket
    this.stopFullTimer = undefined
    this.onReadable = () => this.#lookForEnd()
    this.onListenerRemoved = name => this.#readerRemoved(name)
    socket.on('end', () => this.#ended())
    socket.on('close', () => {
      this.#clearFullTimer()
      onClose(this)
    })
  }

  /** Whether it can be leased. */
  get isOpen () {
    const { destroyed, writable } = this.shown.socket
    return !destroyed && writable && !this.hasEnded
  }

  /**
   * Whether the server has ended the connection. Node.js tells it, by 'end', only after all
   * bytes have been read. Its streams have no public property for the end of unread bytes.
   */
  get hasEnded () {
    const { socket } = this.shown
    return socket.readableEnded || socket._readableState.ended
  }

  /** Whether the server has ended the connection, or it has failed. */
  get isBroken () {
    const { errored } = this.shown.socket
    return this.hasEnded || (errored !== null && errored !== undefined)
  }

  /**
   * Keeps what arrives in the buffer of the socket, and notices the end of the connection.
   * A 'readable' listener that reads nothing lets the stream fill its buffer.
   */
  watch () {
    if (this.isWatched || this.isReadByProgram) return
    this.isWatched = true
    this.shown.socket.pause() // at once: bytes that flow without a listener are lost
    // Node.js deals in the next tick with 'readable' listeners that have just been removed.
    process.nextTick(() => this.#listen())
  }

  #listen () {
    const { socket } = this.shown
    if (!this.isWatched || this.isListening || socket.destroyed) return
    this.isListening = true
    socket.on('readable', this.onReadable)
  }

  /** Makes the socket like a new one: its first reader gets all bytes that were not read. */
  unwatch () {
    this.isWatched = false
    this.#clearFullTimer()
    if (this.isReadByProgram) return
    const { socket } = this.shown
    // After pause(), a 'data' listener starts the flow only if a 'readable' listener was removed.
    if (!this.isListening) socket.on('readable', this.onReadable)
    this.isListening = false
    socket.removeListener('readable', this.onReadable)
    if (socket.readableLength === 0 || socket.listenerCount('data') > 0) return
    // So that a 'readable' listener that is added now hears of these bytes.
    const chunk = socket.read()
    if (chunk !== null) socket.unshift(chunk, socket.readableEncoding)
  }

  /** After 'open': watches, unless the program has added a reader. */
  opened () {
    if (!this.#hasReaders()) return this.watch()
    this.isReadByProgram = true
    this.shown.socket.on('removeListener', this.onListenerRemoved)
  }

  // The reader that was added in 'open' may leave, as by once('data').
  #readerRemoved (name) {
    if ((name !== 'data' && name !== 'readable') || this.#hasReaders()) return
    this.isReadByProgram = false
    this.shown.socket.removeListener('removeListener', this.onListenerRemoved)
    if (this.state === 'idle') this.watch()
  }

  #hasReaders () {
    const { socket } = this.shown
    return socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0
  }

  #lookForEnd () {
    const { socket } = this.shown
    if (this.hasEnded) return this.#ended()
    // A full buffer hides the end.
    const isFull = socket.readableLength > 0 && socket.readableLength >= socket.readableHighWaterMark
    if (isFull && this.stopFullTimer === undefined) this.stopFullTimer = after(this.timeout, () => socket.destroy())
  }

  #clearFullTimer () {
    if (this.stopFullTimer !== undefined) this.stopFullTimer()
    this.stopFullTimer = undefined
  }

  // A leased connection is closed when it is released, others that are closing by themselves.
  #ended () {
    if (this.state === 'offered' || this.state === 'idle') this.shown.socket.destroy()
  }
}

module.exports = { Connection }
