'use strict'

const { drift, runSteps } = require('../programs')

module.exports = {
  says: 'arrivals and departures at random, around that many in use',
  sizes: [1_000, 100_000],
  prepare (size, random) {
    const calls = Math.min(Math.max(400_000, 10 * size), 2_000_000)
    return { inUse: size, ...drift(size, calls, random).finish() }
  },
  run: runSteps
}
