'use strict'

const { replay, runSteps } = require('../programs')

module.exports = {
  says: 'a trace: Poisson arrivals, exponential lifetimes; all leave in the end',
  sizes: [10_000],
  prepare: (size, random) => trace(size, random, () => random.exponential()),
  run: runSteps,
  trace
}

/** Connections with lifetimes of mean 1, at a rate that keeps `size` of them open. */
function trace (size, random, lifetime) {
  const connections = []
  let now = 0
  for (let i = 0; i < 20 * size; i++) {
    now += random.exponential() / size
    connections.push({ from: now, to: now + lifetime() })
  }
  return { inUse: 0, ...replay(connections).finish() }
}
