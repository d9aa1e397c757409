'use strict'

const { cutsEvery } = require('../programs')

module.exports = {
  says: 'a fresh manager gives that many slots',
  sizes: [1_000_000],
  fresh: true, // a new manager each time
  prepare (size) {
    const sum = Array.from({ length: size }).reduce((sum, _, slot) => (sum + slot) | 0, 0)
    return { inUse: 0, data: new Int32Array(0), cuts: cutsEvery(4096, size), calls: size, sum }
  },
  run (slots, data, from, to) {
    let sum = 0
    for (let i = from; i < to; i++) sum = (sum + slots.get()) | 0
    return sum
  }
}
