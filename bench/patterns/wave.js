'use strict'

const { randomWaves, runWaves } = require('../programs')

module.exports = {
  says: 'half of all slots are put in random order, then taken again',
  sizes: [100, 10_000, 1_000_000],
  prepare: (size, random) => ({ inUse: size, ...randomWaves(size, 1 / 2, random) }),
  run: runWaves
}
