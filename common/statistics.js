'use strict'

function quantile (numbers, q) {
  const sorted = Float64Array.from(numbers).sort()
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at % 1)
}

const median = numbers => quantile(numbers, 1 / 2)

/**
 * The figure of several rounds: the median of their medians; and half the distance between
 * the quartiles of all samples, relative to that median.
 */
function summary (rounds) {
  const ns = median(rounds.map(median))
  const samples = rounds.flat()
  return { ns, spread: (quantile(samples, 3 / 4) - quantile(samples, 1 / 4)) / 2 / ns }
}

module.exports = { median, summary }
