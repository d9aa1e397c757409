'use strict'

const { replay, runSteps } = require('../programs')

module.exports = {
  says: 'a trace: Poisson arrivals, exponential lifetimes, all leave at last',
  sizes: [10_000],
  prepare: (size, random) => trace(size, random, () => random.exponential()),
  run: runSteps,
  trace
}

/** Connections at a rate that has `size` of them open, lifetimes of mean 1. */
function trace (size, random, lifetime) {
  const connections = []
  let now = 0
  for (let i = 0; i < 20 * size; i++) {
    now += random.exponential() / size
    connections.push({ from: now, to: now + lifetime() })
  }
  return { inUse: 0, ...replay(connections).finish() }
}
