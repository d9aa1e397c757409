'use strict'

const { replay, runSteps } = require('../programs')

const RESTARTS = 20

module.exports = {
  says: 'a trace: again and again all clients drop, and reconnect at once',
  sizes: [10_000],
  /** All clients drop within 0.1 of a restart, and reconnect about 0.05 later. */
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
