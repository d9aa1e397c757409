'use strict'

// A reporter of node:test that ends the process soon after the first failing test, with 1
// and the test's name. It ends it with TIMED_OUT if no test ends for a while: node:test has
// no limit of time for tests in its own process. If all pass, it says how many seconds of
// processor time the process has taken.

const fs = require('node:fs')

const TIMED_OUT = 3
// Seconds without a finished test. The timer does not run while a test blocks the event
// loop: the limit of processor time ends such a test.
const MOST_SECONDS = 8

module.exports = async function * firstFailure (events) {
  let waited = 0
  const timer = setInterval(() => { if (++waited > MOST_SECONDS) process.exit(TIMED_OUT) }, 1000)
  timer.unref()
  for await (const { type, data } of events) {
    waited = 0
    if (type === 'test:fail' && data.todo === undefined && data.details.error.failureType !== 'subtestsFailed') {
      fs.writeSync(1, `${data.name}\n`)
      process.exit(1)
    }
  }
  clearInterval(timer)
  const { user, system } = process.cpuUsage()
  fs.writeSync(1, `${(user + system) / 1e6}\n`)
}

module.exports.TIMED_OUT = TIMED_OUT
