'use strict'

const { performance } = require('perf_hooks')
const { coded } = require('../errors.js')
const { outside } = require('./context.js')
const { after } = require('./deadline.js')
const { clientClosed, isError } = require('./errors.js')

/**
 * Leases a connection for the time of some work. The connection is destroyed unless the work
 * succeeds, so that no late reply reaches the next lessee. Only a deadline that has passed and
 * a connection that broke count against the server: other errors say nothing about it.
 *
 * The wait takes half of the time at most. Work that begins with little time left would fail,
 * count against a healthy server, and cost a connection: a pool that is too small for a moment
 * would serve nobody any more.
 */
async function use (pool, work, timeout, signal) {
  const start = performance.now()
  let hold
  try {
    const wait = timeout === undefined ? undefined : Math.ceil(timeout / 2)
    hold = await outside(() => pool.acquire(wait, signal, `${wait} ms, half of the timeout`))
  } catch (error) {
    throw isError(error) && error.code === 'ERR_ACQUIRE_TIMEOUT' ? coded(error, 'ERR_USE_TIMEOUT') : error
  }
  const { connection, lease } = hold
  return new Promise((resolve, reject) => {
    let isOver = false
    let cancel = () => {}
    // Called again, as when work ends after its timeout, it does nothing: each step has its effect once.
    const end = (settle, value, how) => {
      isOver = true
      cancel()
      pool.uses.delete(onClosed)
      if (signal !== undefined) pool.signals.unfollow(signal, onAbort)
      outside(() => pool.release(hold, how))
      settle(value)
    }
    const fail = (error, isFailure) => end(reject, error, { error: error === undefined ? new Error() : error, isFailure })
    const onClosed = () => fail(clientClosed())
    const onAbort = error => fail(error)
    const onTimeout = () => {
      const state = connection.isBroken ? 'its connection has closed' : 'its connection is open'
      fail(coded(new Error(`The work took longer than ${timeout} ms: ${state}`), 'ERR_USE_TIMEOUT'), true)
    }

    pool.uses.add(onClosed)
    if (timeout !== undefined) cancel = after(Math.max(timeout - (performance.now() - start), timeout / 2), onTimeout)
    try {
      if (signal !== undefined) pool.signals.follow(signal, onAbort)
      if (signal !== undefined && signal.aborted) onAbort(pool.signals.errorOf(signal))
    } catch (error) {
      fail(error) // thrown by the signal
    }
    if (isOver) return
    const working = async () => work(lease)
    working().then(value => end(resolve, value), error => fail(error, connection.isBroken))
  })
}

module.exports = { use }
