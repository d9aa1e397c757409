'use strict'

const { randomWaves, runWaves } = require('../programs')

module.exports = {
  says: '1 in 128 slots are put in random order, then taken again',
  sizes: [10_000, 1_000_000],
  prepare: (size, random) => ({ inUse: size, ...randomWaves(size, 1 / 128, random) }),
  run: runWaves
}
