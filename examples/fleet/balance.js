'use strict'

const LIMIT = 0.1 // the largest allowed distance of a load from the mean, as a share of the mean

/** Measures how even the loads are. */
function balance (loads) {
  const total = loads.reduce((sum, load) => sum + load, 0)
  const mean = loads.length === 0 ? 0 : total / loads.length
  const off = mean === 0 ? 0 : Math.max(...loads.map(load => Math.abs(load - mean))) / mean
  return {
    total,
    mean,
    imbalance: mean === 0 ? 1 : Math.max(...loads) / mean,
    off, // the largest distance of a load from the mean, as a share of the mean
    even: off <= LIMIT
  }
}

module.exports = { LIMIT, balance }
