'use strict'

const { checkType, coded, wrongType } = require('../errors.js')
const { outside } = require('./context.js')
const { MAX_TIME, after } = require('./deadline.js')
const { open } = require('./opening.js')

/**
 * Makes one attempt after another to fill the pool, or to find a lower slot for it. After
 * each call of what is not its own it asks again whether it is stopped.
 */
class Attempts {
  constructor (settings, pool, outliers, emit) {
    this.settings = settings
    this.pool = pool
    this.outliers = outliers
    this.emit = emit
    this.isStopped = false
    // Stryker disable BooleanLiteral: nothing can be lost before the first attempt
    this.isUnderway = false
    this.isFilling = true // whether the timer waits for fillInterval, not for interval
    // Stryker restore BooleanLiteral
    this.connecting = 0 // connections of this attempt without a slot, and offers
    this.stopAttempt = () => {}
    // Clients that start at the same time must not connect at the same time.
    this.setTimer(Math.random() * settings.fillInterval)
    // The timer of a full pool is set to `interval`. After a loss it must be set to `fillInterval`.
    pool.onLoss = () => {
      if (!this.isUnderway && !this.isFilling) this.schedule()
    }
  }

  /** Sets the timer, to half an interval up to one and a half, so that clients do not stay in step. */
  schedule () {
    clearTimeout(this.timer)
    if (this.isStopped) return
    this.isFilling = this.pool.hasRoom
    const interval = this.isFilling ? this.settings.fillInterval : this.settings.interval
    this.setTimer(Math.min((0.5 + Math.random()) * interval, MAX_TIME))
  }

  setTimer (time) {
    outside(() => { this.timer = setTimeout(() => this.attempt(), time) })
  }

  async attempt () {
    const { pool } = this
    this.isUnderway = true
    const entries = await this.list()
    // If all connections are leased, none can be replaced.
    if (!this.isStopped && (pool.hasRoom || pool.hasIdle)) {
      const connection = await this.lowestOffer(this.choose(entries, pool.hasRoom ? this.settings.offers : 1))
      if (connection !== undefined) pool.consider(connection)
    }
    this.isUnderway = false
    this.schedule()
  }

  failed (server, error) {
    if (this.isStopped) return
    nameReasons(error)
    this.pool.lastFailure = error
    this.emit('failed', server, error)
  }

  /**
   * The servers with their keys, and the pool without connections to others. If there is no
   * list, or if it cannot be read whole, nothing changes.
   */
  async list () {
    let entries
    try {
      const { servers } = this.settings
      if (typeof servers !== 'function') entries = entriesOf('options.servers', servers)
      else entries = entriesOf('options.servers()', await this.inTime(servers))
    } catch (error) {
      this.failed(undefined, error)
      return []
    }
    const valid = entries.filter(({ server, error }) => {
      if (error !== undefined) this.failed(server, error)
      return error === undefined
    })
    if (!this.isStopped && valid.length > 0 && valid.length === entries.length) {
      const keys = new Set(valid.map(({ key }) => key))
      this.outliers.list(keys)
      this.pool.retire(({ key }) => !keys.has(key))
    }
    return valid
  }

  /** What options.servers() gives. */
  inTime (servers) {
    return new Promise((resolve, reject) => {
      const { timeout } = this.settings
      const cancel = after(timeout, () => reject(coded(new Error(`options.servers() gave no list within ${timeout} ms`), 'ERR_SERVERS_TIMEOUT')))
      this.stopAttempt = cancel
      new Promise(resolve => resolve(servers())).finally(cancel).then(resolve, reject)
    })
  }

  /**
   * `count` random servers. None is chosen twice before all were chosen once, and so on. A
   * server on probation is chosen only if there is no connection to it, and once.
   */
  choose (entries, count) {
    const { outliers, pool } = this
    let candidates = entries.filter(({ key }) => !outliers.isEjected(key) && !(outliers.isOnProbation(key) && pool.has(key)))
    const chosen = []
    while (chosen.length < count && candidates.length > 0) {
      let rest = candidates
      while (chosen.length < count && rest.length > 0) {
        const entry = rest[Math.floor(Math.random() * rest.length)]
        chosen.push(entry)
        rest = rest.filter(({ key }) => key !== entry.key)
      }
      candidates = candidates.filter(({ key }) => !outliers.isOnProbation(key))
    }
    return chosen
  }

  /**
   * Connects to these servers at the same time. After the first slot the others have one
   * more fillInterval, so that a silent server does not delay the rest. Resolves to the
   * connection with the lowest slot, or to undefined.
   */
  lowestOffer (entries) {
    return new Promise(resolve => {
      const { pool, settings } = this
      const offers = []
      const cancels = []
      let cancelTimer = () => {}
      let isSettled = false // may become true within options.connect(), if that calls close()
      this.connecting = entries.length
      let pending = entries.length

      const settle = () => {
        if (isSettled) return
        isSettled = true
        this.connecting = 0
        cancelTimer()
        for (const cancel of cancels) cancel()
        const usable = this.isStopped ? [] : offers.filter(({ isOpen }) => isOpen).sort((a, b) => a.slot - b.slot)
        for (const connection of offers) if (connection !== usable[0]) pool.drop(connection)
        resolve(usable[0])
      }
      this.stopAttempt = settle
      if (pending === 0) return settle()

      for (const entry of entries) {
        if (isSettled) break
        const cancel = open(entry, settings, pool, (error, connection) => {
          pending--
          if (connection === undefined) {
            this.connecting--
            this.failed(entry.server, error)
          } else if (offers.push(connection) === 1) {
            cancelTimer = after(settings.fillInterval, settle)
          }
          if (pending === 0) settle()
        })
        cancels.push(cancel)
        if (isSettled) cancel()
      }
    })
  }

  stop () {
    this.isStopped = true
    clearTimeout(this.timer)
    this.stopAttempt()
  }
}

/** Gives an AggregateError a message. Node.js leaves it empty, as of a host with two addresses. */
function nameReasons (error) {
  try {
    if (error.message !== '') return
    Object.defineProperty(error, 'message', { value: error.errors.map(({ message }) => message).join(', '), configurable: true, writable: true })
  } catch {} // it has no errors, or is frozen, for example
}

/** Servers, each with its key or the error of one of its getters. */
function entriesOf (name, servers) {
  return checkedServers(name, servers).map(server => {
    try {
      return { server, key: keyOf(server) }
    } catch (error) {
      return { server, error: error === undefined ? new Error('undefined was thrown') : error }
    }
  })
}

/** Equal for the same object, and for the same host, port and path. */
function keyOf (server) {
  const { host, port, path } = server
  return host === undefined && port === undefined && path === undefined ? server : `${host}\n${port}\n${path}`
}

/** A copy of the list. */
function checkedServers (name, servers) {
  if (!Array.isArray(servers)) throw wrongType(name, servers, name.endsWith(')') ? 'an array' : 'an array or a function')
  return Array.from(servers, (server, i) => {
    checkType(`${name}[${i}]`, server, 'object')
    return server
  })
}

module.exports = { Attempts, checkedServers }
