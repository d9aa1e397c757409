'use strict'

const { replay, runSteps } = require('../programs')

const RESTARTS = 20

module.exports = {
  says: 'a trace: every so often all drop and reconnect within a moment',
  sizes: [10_000],
  /** Clients drop within 0.1 of a restart, and try again some 0.05 later. */
  prepare (size, random) {
    const connections = []
    for (let client = 0; client < size; client++) {
      let from = random.next() / 10
      for (let restart = 1; restart <= RESTARTS; restart++) {
        const to = restart + random.next() / 10
        connections.push({ from, to })
        from = to + random.exponential() / 20
      }
    }
    return { inUse: 0, ...replay(connections).finish() }
  },
  run: runSteps
}
