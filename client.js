'use strict'

const EventEmitter = require('events')
const net = require('net')
const { checkInteger, checkOneOf, checkType, wrongType } = require('./lib/errors.js')
const { Attempts, checkedServers } = require('./lib/client/attempts.js')
const { guarded, outside } = require('./lib/client/context.js')
const { MAX_TIME } = require('./lib/client/deadline.js')
const { Outliers } = require('./lib/client/outliers.js')
const { Pool } = require('./lib/client/pool.js')
const { use } = require('./lib/client/use.js')

const MAX_CONNECTIONS = 2147483647
const MAX_OFFERS = 100
const MAX_FAILURES = 2147483647

/**
 * Keeps connections to the servers that offer the lowest slots, and lends them out.
 * client.d.ts documents each member.
 *
 * @fires CallosumClient#open (connection)
 * @fires CallosumClient#close (connection)
 * @fires CallosumClient#failed (server, error)
 * @fires CallosumClient#ejected (server, error)
 * @fires CallosumClient#restored (server)
 */
class CallosumClient extends EventEmitter {
  #outliers
  #pool
  #attempts

  constructor (options) {
    super()
    const settings = settingsOf(options)
    // An exception of a listener must not interrupt the client.
    const emit = (...event) => outside(() => guarded(() => this.emit(...event)))
    this.#outliers = new Outliers(settings.outliers)
    this.#pool = new Pool(settings, this.#outliers, emit)
    this.#attempts = new Attempts(settings, this.#pool, this.#outliers, emit)
  }

  /** The connections in the pool, the lowest slot first. O(n log n). */
  get connections () {
    return this.#pool.shown
  }

  /** The numbers of connections (idle, leased, being opened), of calls that wait, and of ejected servers. */
  get stats () {
    const { idle, leased, waiting } = this.#pool.stats
    return { idle, leased, waiting, connecting: this.#attempts.connecting, ejected: this.#outliers.ejected }
  }

  /** Leases an idle connection; undefined if none is idle. */
  lease () {
    const hold = outside(() => this.#pool.lend())
    return hold && hold.lease
  }

  /** Leases a connection as soon as one is idle: first come, first served. */
  async acquire (options) {
    const { timeout, signal } = waitOptionsOf(options)
    const { lease } = await outside(() => this.#pool.acquire(timeout, signal))
    return lease
  }

  /** Leases a connection for the time of some work, as soon as one is idle. */
  async use (work, options) {
    checkType('work', work, 'function')
    const { timeout, signal } = waitOptionsOf(options)
    return use(this.#pool, work, timeout, signal)
  }

  /** Stops all attempts. Closes idle connections now, and leased ones when they are released. */
  async close (options) {
    const timeout = closeOptionsOf(options)
    await outside(() => {
      this.#attempts.stop()
      return this.#pool.close(timeout)
    })
  }

  [Symbol.for('nodejs.util.inspect.custom')] (depth, options, inspect) {
    const name = this.constructor ? this.constructor.name : 'CallosumClient'
    return `${name} ${inspect(this.stats, { ...options, breakLength: Infinity })}`
  }
}

// Stryker disable next-line ConditionalExpression: in another realm, as under jest, it may not exist
if (Symbol.asyncDispose !== undefined) {
  Object.defineProperty(CallosumClient.prototype, Symbol.asyncDispose, {
    value () { return this.close() },
    writable: true,
    configurable: true
  })
}

function settingsOf (options) {
  checkType('options', options, 'object')
  const {
    servers, connections = 10, interval = 1000, fillInterval = 100, offers = 2, timeout = 2000,
    pick = 'random', connect = net.connect, outliers = {}
  } = options
  if (typeof servers !== 'function') checkedServers('options.servers', servers)
  checkInteger('options.connections', connections, 1, MAX_CONNECTIONS)
  checkInteger('options.interval', interval, 1, MAX_TIME)
  checkInteger('options.fillInterval', fillInterval, 1, MAX_TIME)
  checkInteger('options.offers', offers, 1, MAX_OFFERS)
  checkInteger('options.timeout', timeout, 1, MAX_TIME)
  checkOneOf('options.pick', pick, ['random', 'lowest'])
  checkType('options.connect', connect, 'function')
  return { servers, connections, interval, fillInterval, offers, timeout, pick, connect, outliers: outliersOf(outliers) }
}

function outliersOf (outliers) {
  if (outliers === false) return false
  if (typeof outliers !== 'object' || outliers === null) throw wrongType('options.outliers', outliers, 'an object or false')
  const { failures = 3, ejectionTime = 1000 } = outliers
  checkInteger('options.outliers.failures', failures, 1, MAX_FAILURES)
  checkInteger('options.outliers.ejectionTime', ejectionTime, 1, MAX_TIME)
  const { maxEjectionTime = Math.max(10000, ejectionTime) } = outliers
  checkInteger('options.outliers.maxEjectionTime', maxEjectionTime, ejectionTime, MAX_TIME)
  return { failures, ejectionTime, maxEjectionTime }
}

function waitOptionsOf (options = {}) {
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

// This form lets cjs-module-lexer detect the named exports.
module.exports = CallosumClient
module.exports.CallosumClient = CallosumClient
