'use strict'

const { coded, describe, isSlot } = require('../errors.js')
const { Connection } = require('./connection.js')
const { guarded } = require('./context.js')
const { after } = require('./deadline.js')
const { slotMissing } = require('./errors.js')

const SLOT_LINE = /^(\d{1,10})\r?$/ // without its line feed; an incomplete line matches too
const LONGEST_LINE = 11 // characters without the line feed
const KEEP_ALIVE = 60000 // ms: detects servers that vanish without a FIN
const METHODS = ['on', 'removeListener', 'read', 'unshift', 'end', 'destroy']

/**
 * Connects to a server and reads its slot line. Calls back once, asynchronously, with an
 * error or a connection. Returns a function that cancels: after it was called, there is no
 * callback, and the socket is closed.
 */
function open (entry, { connect, timeout }, pool, callback) {
  const { sockets } = pool
  const listeners = { error: onError, end: onEnd, close: onClose, readable: onReadable }
  let isOver = false
  let line = '' // the part that has arrived
  let failure

  let socket
  try {
    socket = take(connect(entry.server), sockets)
    for (const name of Object.keys(listeners)) socket.on(name, listeners[name])
    if (typeof socket.setKeepAlive === 'function') socket.setKeepAlive(true, KEEP_ALIVE)
    if (socket.destroyed) process.nextTick(onClose) // its 'close' may have come before
  } catch (error) {
    failure = error // 'close' may come first
    if (socket !== undefined) sockets.destroy(socket)
    process.nextTick(() => { if (!isOver) fail(error) })
  }
  const cancelTimeout = after(timeout, () => {
    fail(coded(new Error(`The server sent no slot within ${timeout} ms`), 'ERR_SLOT_TIMEOUT'))
  })

  // A listener that the program added before may have cancelled.
  function onReadable () {
    const next = () => isOver ? null : socket.read()
    for (let chunk = next(); chunk !== null; chunk = next()) onData(chunk)
  }

  function onData (data) {
    if (typeof data !== 'string' && !Buffer.isBuffer(data)) {
      return fail(coded(new Error(`The server sent no slot, but a value that is neither a string nor a Buffer: ${typeof data}`), 'ERR_SLOT_INVALID'))
    }
    const end = data.indexOf('\n')
    line += data.slice(0, Math.min(end < 0 ? data.length : end, LONGEST_LINE + 1)).toString('latin1')
    const match = SLOT_LINE.exec(line)
    if (end < 0 && match !== null) return // it may still become longer
    if (match === null || !isSlot(Number(match[1]))) {
      const sent = line.slice(0, LONGEST_LINE + 1)
      return fail(coded(new Error(`The server sent no slot, but ${JSON.stringify(sent)}`), 'ERR_SLOT_INVALID'))
    }
    stop()
    let connection
    try {
      const rest = data.slice(end + 1)
      // Stryker disable next-line ConditionalExpression,EqualityOperator: nothing need not be put back
      if (rest.length > 0) socket.unshift(rest, socket.readableEncoding)
      connection = new Connection(socket, Number(match[1]), entry, timeout, pool)
    } catch (error) {
      sockets.destroy(socket)
      return callback(error)
    }
    callback(undefined, connection)
  }

  function onError (error) {
    failure = error
  }

  function onEnd () {
    socket.destroy() // with allowHalfOpen it would stay open
  }

  function onClose () {
    if (isOver) return
    stop()
    callback(failure || guarded(() => socket.errored) || slotMissing())
  }

  function fail (error) {
    cancel()
    callback(error)
  }

  function cancel () {
    if (isOver) return
    stop()
    if (socket !== undefined) sockets.destroy(socket)
  }

  function stop () {
    isOver = true
    cancelTimeout()
    if (socket === undefined) return
    for (const name of Object.keys(listeners)) guarded(() => socket.removeListener(name, listeners[name]))
  }

  return cancel
}

/** Takes over what options.connect() has returned, if it is a stream. Destroys it otherwise, unless the client has it already. */
function take (value, sockets) {
  if (sockets.has(value)) {
    throw coded(new TypeError('options.connect() must return a new stream each time'), 'ERR_INVALID_ARG_TYPE')
  }
  try {
    if (isMethod(value, 'on')) value.on('error', ignore) // before anything else; 'close' follows
    if (isMethod(value, 'then')) {
      Promise.resolve(value).then(late => sockets.destroy(take(late, sockets))).catch(ignore)
      throw notDuplex('a promise: it must not be async')
    }
    if (!isDuplex(value)) throw notDuplex(describe(value))
    sockets.add(value)
    return value
  } catch (error) {
    guarded(() => { if (isMethod(value, 'destroy')) value.destroy() })
    throw error
  }
}

function isMethod (value, name) {
  return typeof value === 'object' && value !== null && typeof value[name] === 'function'
}

function isDuplex (value) {
  return METHODS.every(name => isMethod(value, name)) && typeof value._readableState === 'object'
}

function notDuplex (received) {
  return coded(new TypeError(`options.connect() must return a stream.Duplex. Received ${received}`), 'ERR_INVALID_ARG_TYPE')
}

function ignore () {}

module.exports = { open }
