'use strict'

const { ENOUGH, pairs, runPairs } = require('../programs')

module.exports = {
  says: 'put a random slot in use, get it again',
  sizes: [10, 1_000, 100_000],
  prepare (size, random) {
    const slots = Int32Array.from({ length: ENOUGH }, () => random.below(size))
    return { inUse: size, ...pairs(slots) }
  },
  run: runPairs
}
