'use strict'

const { ENOUGH, pairs, runPairs } = require('../programs')

module.exports = {
  says: 'put the slot given last, get it again',
  sizes: [1_000],
  prepare: (size) => ({ inUse: size, ...pairs(new Int32Array(ENOUGH).fill(size - 1)) }),
  run: runPairs
}
