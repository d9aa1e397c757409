'use strict'

const { runSteps } = require('../programs')
const { trace } = require('./poisson')

module.exports = {
  says: 'a trace: Poisson arrivals, heavy-tailed lifetimes (Pareto, 1.5)',
  sizes: [10_000],
  prepare: (size, random) => trace(size, random, () => random.pareto(1.5)),
  run: runSteps
}
