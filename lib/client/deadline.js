'use strict'

const MAX_TIME = 2147483647 // ms, the longest that setTimeout() takes

/**
 * Calls back after a time in ms. Returns a function that cancels the call.
 *
 * After the event loop was blocked, timers run before sockets are read. So a deadline that
 * has passed waits for two more turns of the loop: in the first a socket may turn out to be
 * connected, in the second its first bytes are read.
 */
function after (time, callback) {
  let immediate
  const timer = setTimeout(() => {
    immediate = setImmediate(() => { immediate = setImmediate(callback) })
  }, time)
  return () => {
    clearTimeout(timer)
    clearImmediate(immediate)
  }
}

module.exports = { MAX_TIME, after }
