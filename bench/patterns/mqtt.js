'use strict'

const { randomWaves, runWaves } = require('../programs')

module.exports = {
  says: 'all ids of MQTT are returned in random order, then taken again',
  sizes: [65_535],
  prepare: (size, random) => ({ inUse: size, ...randomWaves(size, 1, random) }),
  run: runWaves
}
