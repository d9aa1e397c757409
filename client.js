'use strict'

const EventEmitter = require('events')
const net = require('net')
const { checkType, checkInteger, checkOneOf, wrongType } = require('./lib/errors.js')

const MAX_SLOT = 2147483646
const MAX_CONNECTIONS = 2147483647
const MAX_TIME = 2147483647 // ms, the longest that setTimeout() takes
const MAX_OFFERS = 100
const SLOT_LINE = /^(\d{1,10})\r?$/ // or the part of one that has come
const LONGEST_LINE = 11 // characters without the line feed
const KEEP_ALIVE = 60000 // ms: detects servers that vanish without a FIN
// How many bytes an idle connection buffers. At this size the socket is paused, and closed
// after the timeout.
const HELD_BYTES = 262144
const HELD_CHUNKS = 16 // more are joined to one
const CLOSE_TIME = 1000 // ms from destroy() to 'close', which some streams do not emit

/**
 * Keeps connections to the servers that offer the lowest slots, and lends them out.
 * client.d.ts documents each member.
 *
 * @fires CallosumClient#open (connection)
 * @fires CallosumClient#close (connection)
 * @fires CallosumClient#failed (server, error)
 */
class CallosumClient extends EventEmitter {
  #pool
  #rover

  constructor (options) {
    super()
    const settings = settingsOf(options)
    // An exception of a listener must not interrupt the client. It is thrown later instead.
    const emit = (...event) => {
      try {
        this.emit(...event)
      } catch (error) {
        process.nextTick(() => { throw error })
      }
    }
    this.#pool = new Pool(settings, emit)
    this.#rover = new Rover(settings, this.#pool, emit)
  }

  /** The connections in the pool, the lowest slot first. O(n log n). */
  get connections () {
    return this.#pool.connections
  }

  /** Leases an idle connection; undefined if none is idle. */
  lease () {
    return this.#pool.lease()
  }

  /** Leases a connection as soon as one is idle: first come, first served. */
  async acquire (options) {
    const { timeout, signal } = acquireOptionsOf(options)
    return this.#pool.acquire(timeout, signal)
  }

  /** Stops all attempts. Closes idle connections now, and leased ones when they are released. */
  async close (options) {
    const timeout = closeOptionsOf(options)
    this.#rover.stop()
    await this.#pool.close(timeout)
  }
}

/** A connection whose slot has arrived. While it is idle, it buffers what the server sends. */
class Member {
  constructor (socket, slot, server, rest, timeout, onClose) {
    this.connection = { socket, slot, server }
    this.timeout = timeout
    this.wasKept = false
    this.isLeased = false
    this.hasEnded = false // whether the server has sent a FIN
    this.held = [] // chunks that arrived while it was idle
    this.heldBytes = 0
    this.onData = chunk => {
      if (!this.isReadByOthers) this.hold(chunk)
    }
    socket.on('end', () => {
      this.hasEnded = true
      if (!this.isLeased) socket.destroy()
    })
    socket.on('close', () => {
      clearTimeout(this.fullTimer)
      onClose(this)
    })
    this.hold(rest)
    socket.on('data', this.onData)
  }

  get isUsable () {
    const { destroyed, writable } = this.connection.socket
    return !this.hasEnded && !destroyed && writable
  }

  /** Whether the program has a listener that reads what arrives. */
  get isReadByOthers () {
    const { socket } = this.connection
    const data = socket.listenerCount('data') - socket.listeners('data').filter(listener => listener === this.onData).length
    return data > 0 || socket.listenerCount('readable') > 0
  }

  hold (chunk) {
    this.held.push(chunk)
    this.heldBytes += chunk.length
    // Many small chunks take much more memory than their bytes.
    if (this.held.length > HELD_CHUNKS) this.held = [this.heldAsOne()]
    if (this.heldBytes < HELD_BYTES || this.fullTimer !== undefined) return
    // A paused socket does not notice its end. The timer closes it if nobody leases it.
    const { socket } = this.connection
    socket.pause()
    this.fullTimer = setTimeout(() => socket.destroy(), this.timeout)
  }

  // The chunks are strings after setEncoding(), which cannot be undone.
  heldAsOne () {
    const { held, connection } = this
    if (held.every(chunk => typeof chunk !== 'string')) return Buffer.concat(held)
    return held.map(chunk => chunk.toString(connection.socket.readableEncoding)).join('')
  }

  /** Reads, in order to notice the end of the connection, and buffers what arrives. */
  startReading () {
    const { socket } = this.connection
    socket.on('data', this.onData)
    socket.resume()
  }

  /** Puts the socket into the state of a new one: its first reader gets all that was buffered. */
  stopReading () {
    const { socket } = this.connection
    socket.removeListener('data', this.onData)
    // After pause(), a 'data' listener would not start the flow. With null it does.
    if (!this.isReadByOthers) socket.readableFlowing = null
    this.giveHeld()
  }

  giveHeld () {
    const { heldBytes, connection: { socket } } = this
    clearTimeout(this.fullTimer)
    this.fullTimer = undefined
    if (heldBytes === 0) return
    const chunk = this.heldAsOne()
    this.held = []
    this.heldBytes = 0
    socket.unshift(chunk, socket.readableEncoding)
    if (heldBytes >= HELD_BYTES && socket.readableFlowing === false) socket.resume()
  }
}

/** The connections of the pool, and the calls of acquire() that wait for one. */
class Pool {
  constructor ({ connections, pick, timeout }, emit) {
    this.size = connections
    this.pick = pick
    this.timeout = timeout
    this.emit = emit
    this.kept = new Set() // all members of the pool, in the order in which they were opened
    this.idle = [] // the members that are not leased, in no order
    this.waiting = new Set() // in the order of the calls of acquire()
    this.signals = new Map() // each that a call of acquire() waits on, with the waiters and their listener
    this.sockets = new Set() // all that have not closed, also those outside the pool
    this.isClosed = false
    this.lastFailure = undefined // of an attempt, since one succeeded
    this.onLoss = () => {} // called when the pool has lost a member
    this.onEmpty = () => {} // called when the last socket has closed
  }

  get hasRoom () { return this.kept.size < this.size }

  // Sorting is stable: of two connections with the same slot, the older one comes first.
  get connections () {
    return Array.from(this.kept, ({ connection }) => connection).sort((a, b) => a.slot - b.slot)
  }

  /** Registers a socket until it closes. */
  watch (socket) {
    this.sockets.add(socket)
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => this.forget(socket))
  }

  forget (socket) {
    this.sockets.delete(socket)
    if (this.sockets.size === 0) this.onEmpty()
  }

  /** Destroys a socket, and does not wait for its 'close' for ever. */
  destroy (socket) {
    const forget = () => {
      clearTimeout(timer)
      this.forget(socket)
    }
    const timer = setTimeout(forget, CLOSE_TIME)
    socket.on('close', forget) // a lessee may have removed the listener of watch()
    socket.destroy()
  }

  /** Keeps a connection if the pool has room, or if its slot is lower than that of an idle member, which it replaces. */
  consider (member) {
    if (this.isClosed || !member.isUsable) return this.drop(member)
    if (!this.hasRoom) {
      const highest = this.highestIdle()
      if (highest === undefined || highest.connection.slot <= member.connection.slot) return this.drop(member)
      this.remove(highest)
      this.drop(highest)
    }
    this.lastFailure = undefined
    member.wasKept = true
    this.kept.add(member)
    this.idle.push(member)
    this.emit('open', member.connection)
    // A listener that was added in 'open' gets what has arrived before, in order.
    if (!member.isLeased && member.isReadByOthers) member.giveHeld()
    this.serve()
  }

  // Of several members with that slot, the one opened last.
  highestIdle () {
    let highest
    for (const member of this.kept) {
      if (member.isLeased) continue
      if (highest === undefined || member.connection.slot >= highest.connection.slot) highest = member
    }
    return highest
  }

  remove (member) {
    const i = this.idle.indexOf(member)
    if (i >= 0) this.idle.splice(i, 1)
    return this.kept.delete(member)
  }

  /** Closes a connection after what was written to it is sent. */
  drop ({ connection: { socket } }) {
    if (socket.destroyed) return this.destroy(socket)
    const timer = setTimeout(() => this.destroy(socket), this.timeout)
    socket.on('close', () => clearTimeout(timer))
    socket.end(() => {
      clearTimeout(timer)
      this.destroy(socket)
    })
  }

  /** Called when the socket of a member has closed. */
  closed (member) {
    const wasKept = this.remove(member)
    if (wasKept) this.onLoss()
    if (member.wasKept) this.emit('close', member.connection)
  }

  lease () {
    // Calls of acquire() that wait come first.
    return this.waiting.size === 0 ? this.take() : undefined
  }

  take () {
    const { idle } = this
    while (idle.length > 0) {
      const i = this.pick === 'random' ? Math.floor(Math.random() * idle.length) : lowestOf(idle)
      const member = idle[i]
      idle[i] = idle[idle.length - 1]
      idle.pop()
      if (member.isUsable) return this.leaseOf(member)
      // The last lessee ended its socket, or the socket is about to close.
      this.remove(member)
      this.drop(member)
      this.onLoss()
    }
    return undefined
  }

  leaseOf (member) {
    member.isLeased = true
    member.stopReading()
    let released = false
    const release = () => {
      if (released) return
      released = true
      this.release(member)
    }
    const lease = { ...member.connection, release }
    if (Symbol.dispose !== undefined) lease[Symbol.dispose] = release
    return lease
  }

  release (member) {
    if (!this.kept.has(member)) return // it has closed
    member.isLeased = false
    if (this.isClosed || !member.isUsable) {
      this.remove(member)
      this.drop(member)
      this.onLoss()
      return
    }
    member.startReading()
    this.idle.push(member)
    this.serve()
  }

  acquire (timeout, signal) {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError())
      if (signal !== undefined && signal.aborted) return reject(abortError(signal))
      const lease = this.lease()
      if (lease !== undefined) return resolve(lease)

      let timer
      const waiter = {
        end: (settle, value) => {
          this.waiting.delete(waiter)
          clearTimeout(timer)
          settle(value)
          if (signal !== undefined) this.unfollow(signal, waiter)
        },
        resolve: lease => waiter.end(resolve, lease),
        reject: error => waiter.end(reject, error)
      }
      if (signal !== undefined) this.follow(signal, waiter)
      this.waiting.add(waiter)
      if (timeout !== undefined) {
        timer = setTimeout(() => waiter.reject(this.acquireTimeout(timeout)), timeout)
      }
    })
  }

  /** Rejects the waiter when the signal is aborted. */
  follow (signal, waiter) {
    if (!this.signals.has(signal)) {
      // One listener for all waiters: Node.js 20 warns of a leak when there are more than ten.
      const waiters = new Set()
      const onAbort = () => { for (const waiter of waiters) waiter.reject(abortError(signal)) }
      signal.addEventListener('abort', onAbort)
      this.signals.set(signal, { waiters, onAbort })
    }
    this.signals.get(signal).waiters.add(waiter)
  }

  unfollow (signal, waiter) {
    const { waiters, onAbort } = this.signals.get(signal)
    waiters.delete(waiter)
    if (waiters.size > 0) return
    this.signals.delete(signal)
    signal.removeEventListener('abort', onAbort)
  }

  acquireTimeout (timeout) {
    const { lastFailure } = this
    const isEmpty = this.kept.size === 0
    const error = withCode('ERR_ACQUIRE_TIMEOUT', new Error(`No connection was idle within ${timeout} ms${isEmpty ? ': there is none' : ''}${isEmpty && lastFailure instanceof Error ? `. The last attempt failed: ${lastFailure.message}` : ''}`))
    if (isEmpty && lastFailure !== undefined) error.cause = lastFailure
    return error
  }

  /** Gives idle connections to the calls of acquire() that wait. */
  serve () {
    for (const waiter of this.waiting) {
      const lease = this.take()
      if (lease === undefined) return
      waiter.resolve(lease)
    }
  }

  close (timeout) {
    if (!this.isClosed) {
      this.isClosed = true
      this.whenEmpty = new Promise(resolve => { this.onEmpty = resolve })
      for (const waiter of this.waiting) waiter.reject(closedError())
      for (const member of Array.from(this.kept)) {
        if (member.isLeased) continue
        this.remove(member)
        this.drop(member)
      }
      if (this.sockets.size === 0) this.onEmpty()
    }
    if (timeout !== undefined) {
      const timer = setTimeout(() => { for (const socket of this.sockets) this.destroy(socket) }, timeout)
      this.whenEmpty.then(() => clearTimeout(timer))
    }
    return this.whenEmpty
  }
}

function lowestOf (members) {
  let lowest = 0
  for (let i = 1; i < members.length; i++) {
    if (members[i].connection.slot < members[lowest].connection.slot) lowest = i
  }
  return lowest
}

/** Makes one attempt after another to fill the pool, or to find a lower slot for it. */
class Rover {
  constructor ({ servers, interval, fillInterval, offers, timeout, connect }, pool, emit) {
    Object.assign(this, { servers, interval, fillInterval, offers, timeout, connect, pool, emit })
    this.isStopped = false
    this.stopOffers = () => {}
    // Clients that start at the same time must not connect at the same time.
    this.timer = setTimeout(() => this.attempt(), Math.random() * fillInterval)
    // The timer of a full pool is set to `interval`. After a loss it must be set to `fillInterval`.
    pool.onLoss = () => {
      if (!this.isUnderway && !this.isFilling) this.schedule()
    }
  }

  /** Sets the timer, to half an interval up to one and a half, so that clients do not stay in step. */
  schedule () {
    clearTimeout(this.timer)
    if (this.isStopped) return
    this.isFilling = this.pool.hasRoom // whether the timer waits for fillInterval, not for interval
    const interval = this.isFilling ? this.fillInterval : this.interval
    this.timer = setTimeout(() => this.attempt(), Math.min((0.5 + Math.random()) * interval, MAX_TIME))
  }

  async attempt () {
    const { pool } = this
    this.isUnderway = true
    try {
      // If all members are leased, none can be replaced.
      if (pool.hasRoom || pool.idle.length > 0) {
        const servers = await this.list()
        if (!this.isStopped) {
          const member = await this.lowestOffer(choose(servers, pool.hasRoom ? this.offers : 1))
          if (member !== undefined) pool.consider(member)
        }
      }
    } catch (error) {
      this.failed(undefined, error) // thrown by a getter of a server, for example
    }
    this.isUnderway = false
    this.schedule()
  }

  failed (server, error) {
    this.pool.lastFailure = error
    this.emit('failed', server, error)
  }

  /** The list of servers. If it cannot be read: an empty list, and 'failed'. */
  async list () {
    let timer
    try {
      const { servers } = this
      if (typeof servers !== 'function') return checkedServers('options.servers', servers)
      const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(withCode('ERR_SERVERS_TIMEOUT', new Error(`options.servers() gave no list within ${this.timeout} ms`))), this.timeout)
        this.stopOffers = () => resolve([])
      })
      return checkedServers('options.servers()', await Promise.race([servers(), late]))
    } catch (error) {
      if (!this.isStopped) this.failed(undefined, error)
      return []
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Connects to these servers at the same time. After the first slot the others have one
   * more fillInterval, so that a silent server does not delay the rest. Resolves to the
   * member with the lowest slot, or to undefined.
   */
  lowestOffer (servers) {
    return new Promise(resolve => {
      const { pool } = this
      const offers = []
      const ends = []
      let pending = servers.length
      let timer
      let isSettled = false // may become true within options.connect(), if that calls close()

      const settle = () => {
        isSettled = true
        this.stopOffers = () => {}
        clearTimeout(timer)
        for (const end of ends) end()
        const usable = offers.filter(({ isUsable }) => isUsable).sort((a, b) => a.connection.slot - b.connection.slot)
        for (const member of offers) if (member !== usable[0]) pool.drop(member)
        resolve(usable[0])
      }
      this.stopOffers = () => {
        for (const member of offers.splice(0)) pool.drop(member)
        settle()
      }
      if (pending === 0) return settle()

      for (const server of servers) {
        if (isSettled) break
        const end = open(server, this, (error, member) => {
          pending--
          if (member === undefined) this.failed(server, error)
          else if (offers.push(member) === 1) timer = setTimeout(settle, this.fillInterval)
          if (pending === 0) settle()
        })
        ends.push(end)
        if (isSettled) end()
      }
    })
  }

  stop () {
    this.isStopped = true
    clearTimeout(this.timer)
    this.stopOffers()
  }
}

/**
 * Connects to a server and reads its slot. Calls back once, asynchronously, with an error
 * or a member. Returns a function that cancels: after it was called, there is no callback.
 */
function open (server, { connect, timeout, pool }, callback) {
  let isOver = false
  let socket
  try {
    socket = connect(server)
    checkSocket(socket)
    if (socket.destroyed) throw slotMissing()
  } catch (error) {
    Promise.resolve(socket).catch(() => {}) // of an async connect(), which is refused
    process.nextTick(() => { if (!isOver) callback(error) })
    return () => { isOver = true }
  }
  pool.watch(socket)

  let line = '' // the part that has arrived
  let failure
  const timer = setTimeout(() => {
    fail(withCode('ERR_SLOT_TIMEOUT', new Error(`The server sent no slot within ${timeout} ms`)))
  }, timeout)

  // Does not wait for 'close', which some streams do not emit.
  function fail (error) {
    stop()
    socket.destroy()
    pool.forget(socket)
    callback(error)
  }

  function onData (data) {
    if (typeof data !== 'string' && !Buffer.isBuffer(data)) {
      return fail(withCode('ERR_SLOT_INVALID', new Error(`The server sent no slot, but a value that is neither a string nor a Buffer: ${typeof data}`)))
    }
    const end = data.indexOf('\n')
    line += data.slice(0, Math.min(end < 0 ? data.length : end, LONGEST_LINE + 1)).toString('latin1')
    const match = SLOT_LINE.exec(line)
    if (end < 0 && match !== null) return // it may still become longer
    if (match === null || Number(match[1]) > MAX_SLOT) {
      const sent = line.slice(0, LONGEST_LINE + 1)
      return fail(withCode('ERR_SLOT_INVALID', new Error(`The server sent no slot, but ${JSON.stringify(sent)}`)))
    }
    stop()
    callback(undefined, new Member(socket, Number(match[1]), server, data.slice(end + 1), timeout, member => pool.closed(member)))
  }

  function onError (error) {
    failure = error
  }

  function onEnd () {
    socket.destroy() // with allowHalfOpen it would stay open
  }

  function onClose () {
    stop()
    callback(failure || slotMissing())
  }

  function stop () {
    isOver = true
    clearTimeout(timer)
    socket.removeListener('data', onData)
    socket.removeListener('error', onError)
    socket.removeListener('end', onEnd)
    socket.removeListener('close', onClose)
  }

  socket.on('data', onData)
  socket.on('error', onError)
  socket.on('end', onEnd)
  socket.on('close', onClose)
  socket.resume() // connect() may have paused it
  if (typeof socket.setKeepAlive === 'function') socket.setKeepAlive(true, KEEP_ALIVE)
  return () => {
    if (isOver) return
    stop()
    pool.destroy(socket)
  }
}

/** `count` random servers. None is chosen twice before all were chosen once, and so on. */
function choose (servers, count) {
  const chosen = []
  while (chosen.length < count && servers.length > 0) {
    let rest = servers
    while (chosen.length < count && rest.length > 0) {
      const server = rest[Math.floor(Math.random() * rest.length)]
      chosen.push(server)
      rest = rest.filter(other => !isSame(other, server))
    }
  }
  return chosen
}

function isSame (a, b) {
  if (a === b) return true
  return (a.port !== undefined || a.path !== undefined) && a.host === b.host && a.port === b.port && a.path === b.path
}

function settingsOf (options) {
  checkType('options', options, 'object')
  const {
    servers, connections = 10, interval = 1000, fillInterval = 100, offers = 2, timeout = 2000,
    pick = 'random', connect = net.connect
  } = options
  if (typeof servers !== 'function') checkedServers('options.servers', servers)
  checkInteger('options.connections', connections, 1, MAX_CONNECTIONS)
  checkInteger('options.interval', interval, 1, MAX_TIME)
  checkInteger('options.fillInterval', fillInterval, 1, MAX_TIME)
  checkInteger('options.offers', offers, 1, MAX_OFFERS)
  checkInteger('options.timeout', timeout, 1, MAX_TIME)
  checkOneOf('options.pick', pick, ['random', 'lowest'])
  checkType('options.connect', connect, 'function')
  return { servers, connections, interval, fillInterval, offers, timeout, pick, connect }
}

function checkedServers (name, servers) {
  if (!Array.isArray(servers)) throw wrongType(name, servers, name.endsWith(')') ? 'an array' : 'an array or a function')
  for (let i = 0; i < servers.length; i++) checkType(`${name}[${i}]`, servers[i], 'object')
  return servers
}

function checkSocket (socket) {
  const isSocket = typeof socket === 'object' && socket !== null &&
    ['on', 'unshift', 'resume', 'end', 'destroy'].every(name => typeof socket[name] === 'function')
  if (!isSocket) throw wrongType('The result of options.connect()', socket, 'a net.Socket')
}

function acquireOptionsOf (options = {}) {
  checkType('options', options, 'object')
  const { timeout, signal } = options
  if (timeout !== undefined) checkInteger('options.timeout', timeout, 0, MAX_TIME)
  if (signal !== undefined) {
    checkType('options.signal', signal, 'object')
    if (typeof signal.aborted !== 'boolean' || typeof signal.addEventListener !== 'function' || typeof signal.removeEventListener !== 'function') {
      throw wrongType('options.signal', signal, 'an AbortSignal')
    }
  }
  return { timeout, signal }
}

function closeOptionsOf (options = {}) {
  checkType('options', options, 'object')
  const { timeout } = options
  if (timeout !== undefined) checkInteger('options.timeout', timeout, 0, MAX_TIME)
  return timeout
}

function withCode (code, error) {
  error.code = code
  return error
}

function slotMissing () {
  return withCode('ERR_SLOT_MISSING', new Error('The server closed the connection before it sent a slot'))
}

function closedError () {
  return withCode('ERR_CLIENT_CLOSED', new Error('The client is closed'))
}

/** Like the AbortErrors of Node.js. */
function abortError (signal) {
  const error = withCode('ABORT_ERR', new Error('The operation was aborted'))
  error.name = 'AbortError'
  error.cause = signal.reason
  return error
}

// This form lets cjs-module-lexer detect the named exports.
module.exports = CallosumClient
module.exports.CallosumClient = CallosumClient
