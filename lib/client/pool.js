'use strict'

const { guarded, outside } = require('./context.js')
const { after } = require('./deadline.js')
const { coded } = require('../errors.js')
const { clientClosed, isError } = require('./errors.js')
const { Signals } = require('./signals.js')
const { Sockets } = require('./sockets.js')

/**
 * The connections of the pool, and the calls that wait for one.
 *
 *   connect()          the lowest slot        lease
 *   ────────► offered ────────────────► idle ─────────► leased
 *                │                      │  ▲              │
 *                │                      │  └──────────────┤ release
 *                │ another slot is      │                 │
 *                │ lower, or there      │ replaced,       │ released with an error, ended
 *                │ is no room           │ ended,          │ by either side, or *retired*:
 *                │                      │ retired         │ no longer listed, ejected
 *                └───────────┬──────────┴─────────────────┘
 *                            ▼
 *                         closing ────────► its socket emits 'close'
 *
 * `kept` has those that are idle or leased, `sockets` all whose socket has not closed. What
 * belongs to others (listeners, streams, signals) may call any method of the client: so a
 * method changes the state first, then calls, and then asks what the state is.
 */
class Pool {
  constructor ({ connections, pick, timeout }, outliers, emit) {
    this.capacity = connections
    this.pick = pick
    this.outliers = outliers
    this.emit = emit
    this.sockets = new Sockets(timeout)
    this.signals = new Signals()
    this.kept = new Set() // in the order in which they were opened
    this.idle = [] // in no order
    this.waiting = new Map() // by number, in the order of the calls of acquire()
    this.next = 0 // no call with a lower number waits
    this.calls = 0
    this.uses = new Set() // of each use() whose work goes on: a function that rejects it
    this.isClosed = false
    this.whenClosed = undefined
    this.lastFailure = undefined // of an attempt, since one succeeded
    this.onLoss = () => {} // called when the pool has lost a connection
  }

  get hasRoom () { return this.kept.size < this.capacity }
  get hasIdle () { return this.idle.length > 0 }

  /** The connections, as the program sees them. Of two with the same slot, the older one comes first. */
  get shown () {
    return Array.from(this.kept, ({ shown }) => shown).sort((a, b) => a.slot - b.slot)
  }

  get stats () {
    return { idle: this.idle.length, leased: this.kept.size - this.idle.length, waiting: this.waiting.size }
  }

  /** Whether there is a connection to this server that stays. O(n). */
  has (key) {
    for (const connection of this.kept) if (connection.key === key && !connection.isRetired) return true
    return false
  }

  // ---- Connections that come and go ----

  /** Keeps an offer if the pool has room, or if its slot is lower than that of an idle connection, which it replaces. */
  consider (offer) {
    if (this.isClosed || this.outliers.isEjected(offer.key) || !offer.isOpen) return this.drop(offer)
    if (!this.hasRoom) {
      const highest = this.highestIdle()
      if (highest === undefined || highest.slot <= offer.slot) return this.drop(offer)
      this.remove(highest)
      this.drop(highest)
      if (this.isClosed) return this.drop(offer)
    }
    this.lastFailure = undefined
    this.kept.add(offer)
    this.idle.push(offer)
    offer.state = 'idle'
    offer.wasOpened = true
    this.emit('open', offer.shown)
    guarded(() => offer.opened()) // it may be leased by now, or closing
    this.serve()
  }

  // Of several with that slot, the one opened last.
  highestIdle () {
    let highest
    for (const connection of this.kept) {
      if (connection.state !== 'idle') continue
      if (highest === undefined || connection.slot >= highest.slot) highest = connection
    }
    return highest
  }

  /** Closes idle connections for which this holds, and leased ones when they are released. */
  retire (isUnwanted) {
    const unwanted = Array.from(this.kept).filter(isUnwanted)
    for (const connection of unwanted) connection.isRetired = true
    for (const connection of unwanted) if (connection.state === 'idle') this.lose(connection)
  }

  remove (connection) {
    const i = this.idle.indexOf(connection)
    if (i >= 0) this.idle.splice(i, 1)
    return this.kept.delete(connection)
  }

  /** Closes a connection: at once if it is broken, otherwise after what was written to it is sent. */
  drop (connection, isBroken = false) {
    // Stryker disable next-line StringLiteral: any state but 'idle' does the same
    connection.state = 'closing'
    if (isBroken) this.sockets.destroy(connection.socket)
    else this.sockets.end(connection.socket)
  }

  /** Takes a connection out of the pool, and closes it. */
  lose (connection, isBroken) {
    this.remove(connection)
    this.drop(connection, isBroken)
    this.onLoss()
  }

  /**
   * Called when the server has ended a connection. One that is leased is closed when it is
   * released.
   */
  ended (connection) {
    if (connection.state === 'idle') this.lose(connection)
  }

  /** Called when the socket of a connection has closed. */
  closed (connection) {
    if (this.remove(connection)) this.onLoss()
    if (connection.wasOpened) this.emit('close', connection.shown)
  }

  // ---- Leases ----

  /** Lends an idle connection; undefined if none is idle. Calls that wait come first. */
  lend () {
    const connection = this.waiting.size === 0 ? this.take() : undefined
    return connection && this.holdOf(connection)
  }

  take () {
    while (this.idle.length > 0) {
      const { idle } = this
      const i = this.pick === 'random' ? Math.floor(Math.random() * idle.length) : lowestOf(idle)
      const connection = idle[i]
      idle[i] = idle[idle.length - 1]
      idle.pop()
      // Stryker disable next-line StringLiteral: see drop()
      connection.state = 'leased'
      guarded(() => connection.unwatch())
      if (this.kept.has(connection) && connection.isOpen && !connection.isRetired && !this.isClosed) return connection
      this.lose(connection)
    }
    return undefined
  }

  /** The hold of a lessee on a connection, which ends once, with its lease. */
  holdOf (connection) {
    const { socket, slot, server } = connection
    const hold = { connection, isReleased: false }
    const release = error => outside(() => {
      if (isError(error)) this.release(hold, { error, isFailure: true })
      else this.release(hold)
    })
    hold.lease = { socket, slot, server, release }
    // Stryker disable next-line ConditionalExpression: in another realm, as under jest, it may not exist
    if (Symbol.dispose !== undefined) hold.lease[Symbol.dispose] = release
    return hold
  }

  /**
   * Ends a lease. With an error the connection is destroyed, so that no late reply reaches
   * the next lessee. `isFailure`: whether the error counts against the server.
   */
  release (hold, { error, isFailure = false } = {}) {
    if (hold.isReleased) return
    hold.isReleased = true
    const { connection } = hold
    const isGood = error === undefined && connection.isOpen
    if (this.kept.has(connection)) {
      if (isGood && !connection.isRetired && !this.isClosed) {
        connection.state = 'idle'
        this.idle.push(connection)
        guarded(() => connection.watch())
      } else {
        this.lose(connection, error !== undefined)
      }
    }
    if (error === undefined && !connection.hasFailed) this.succeeded(connection)
    if (isFailure) this.failed(connection, error)
    this.serve()
  }

  succeeded (connection) {
    if (!this.isClosed && this.outliers.succeeded(connection)) this.emit('restored', connection.server)
  }

  failed (connection, error) {
    if (this.isClosed || !this.outliers.failed(connection)) return
    this.retire(({ key }) => key === connection.key)
    this.emit('ejected', connection.server, error)
  }

  // ---- Calls that wait ----

  /** Resolves to a hold as soon as a connection is idle. The message of the timeout says `limit`. */
  acquire (timeout, signal, limit = `${timeout} ms`) {
    return new Promise((resolve, reject) => {
      if (signal !== undefined && signal.aborted) return reject(this.signals.errorOf(signal))
      const hold = this.lend()
      if (hold !== undefined) return resolve(hold)
      if (this.isClosed) return reject(clientClosed())

      const number = this.calls++
      let cancel = () => {}
      const end = () => {
        this.waiting.delete(number)
        cancel()
        this.signals.unfollow(signal, waiter.reject)
      }
      const waiter = {
        resolve (hold) { end(); resolve(hold) },
        reject (error) { end(); reject(error) }
      }
      this.waiting.set(number, waiter)
      if (timeout !== undefined) cancel = after(timeout, () => waiter.reject(this.acquireTimeout(limit)))
      try {
        if (signal !== undefined) this.signals.follow(signal, waiter.reject)
      } catch (error) {
        waiter.reject(error)
      }
    })
  }

  acquireTimeout (limit) {
    const { kept, lastFailure, waiting } = this
    const isEmpty = kept.size === 0
    const leased = kept.size === 1 ? 'the only one is leased' : `all ${kept.size} are leased`
    const calls = waiting.size === 1 ? '1 call waits' : `${waiting.size} calls wait`
    const why = isEmpty ? `there is none${reasonOf(lastFailure)}` : `${leased}, and ${calls}`
    const error = coded(new Error(`No connection was idle within ${limit}: ${why}`), 'ERR_ACQUIRE_TIMEOUT')
    if (isEmpty && lastFailure !== undefined) error.cause = lastFailure
    return error
  }

  /**
   * The call that waits longest, which must be served now. Not the first of an iterator: that
   * passes by all that were deleted before it, O(n²) for n calls.
   */
  nextWaiter () {
    // Stryker disable next-line EqualityOperator: there is no waiter with the next number
    while (this.next < this.calls) {
      const waiter = this.waiting.get(this.next++)
      if (waiter !== undefined) return waiter
    }
    return undefined
  }

  /** Gives idle connections to the calls that wait. */
  serve () {
    while (this.waiting.size > 0) {
      const connection = this.take()
      if (connection === undefined) return
      const hold = this.holdOf(connection)
      const waiter = this.nextWaiter()
      if (waiter === undefined) return this.release(hold) // it was aborted meanwhile
      waiter.resolve(hold)
    }
  }

  // ---- The end ----

  close (timeout) {
    if (!this.isClosed) {
      this.isClosed = true
      this.whenClosed = this.sockets.whenNone().then(() => {
        for (const reject of this.uses) reject(clientClosed())
      })
      for (const waiter of this.waiting.values()) waiter.reject(clientClosed())
      for (const connection of Array.from(this.kept)) if (connection.state === 'idle') this.lose(connection)
    }
    if (timeout !== undefined) {
      const cancel = after(timeout, () => this.sockets.destroyAll())
      this.whenClosed.then(cancel)
    }
    return this.whenClosed
  }
}

function reasonOf (failure) {
  try {
    return isError(failure) ? `. The last attempt failed: ${failure.message}` : ''
  } catch {
    return '' // thrown by a getter
  }
}

function lowestOf (connections) {
  let lowest = 0
  for (let i = 1; i < connections.length; i++) {
    // Stryker disable next-line EqualityOperator: any of those with the lowest slot will do
    if (connections[i].slot < connections[lowest].slot) lowest = i
  }
  return lowest
}

module.exports = { Pool }
