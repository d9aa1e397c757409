'use strict'

// The errors of the client that are no errors of arguments.

const { isNativeError } = require('util').types
const { coded } = require('../errors.js')

function clientClosed () {
  return coded(new Error('The client is closed'), 'ERR_CLIENT_CLOSED')
}

function slotMissing () {
  return coded(new Error('The server closed the connection before it sent a slot'), 'ERR_SLOT_MISSING')
}

/** Like the AbortErrors of Node.js. */
function aborted (signal) {
  const error = coded(new Error('The operation was aborted'), 'ABORT_ERR')
  // An assignment throws if Error.prototype is frozen.
  Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true })
  error.cause = signal.reason
  return error
}

/** Whether it is an error, of any realm. */
function isError (value) {
  try {
    return isNativeError(value) || value instanceof Error
  } catch {
    return false // thrown by a proxy
  }
}

module.exports = { aborted, clientClosed, isError, slotMissing }
