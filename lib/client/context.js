'use strict'

// How the client runs its own code, and how it calls code that is not its own.

const { AsyncResource } = require('async_hooks')

// Stryker disable next-line StringLiteral: debuggers alone show the name
const context = new AsyncResource('CallosumClient')

/**
 * Calls a function in the async context in which this module was loaded. What it opens or
 * starts belongs to no request, and keeps no request's store in memory.
 */
function outside (run) {
  return context.runInAsyncScope(run)
}

/**
 * Calls what is not the client's own: listeners, and methods of streams and signals. An
 * exception does not interrupt the client: it becomes an uncaught one.
 */
function guarded (run) {
  try {
    return run()
  } catch (error) {
    process.nextTick(() => { throw error })
  }
}

module.exports = { guarded, outside }
