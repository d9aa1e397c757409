'use strict'

/**
 * How evenly the connections lie on the servers that are up: the highest, the
 * 99th percentile (the nearest rank) and the lowest load, over the mean load.
 */
function measure (servers) {
  const loads = servers.loads.filter((_, server) => servers.isUp(server)).sort()
  return spread(loads)
}

/** The same of any numbers in ascending order. */
function spread (loads) {
  const count = loads.length
  let sum = 0
  for (const load of loads) sum += load
  const mean = sum / count
  return {
    servers: count,
    connections: sum,
    highest: round(loads[count - 1] / mean),
    p99: round(loads[Math.ceil(0.99 * count) - 1] / mean),
    lowest: round(loads[0] / mean)
  }
}

/** Runs the fleet up to that time, and measures it after every `step` seconds. */
function sample (fleet, until, step, onSample = () => {}) {
  const samples = []
  while (fleet.now < until) {
    fleet.run(Math.min(until, fleet.now + step))
    samples.push({ ...measure(fleet.servers), time: round(fleet.now) })
    onSample(fleet)
  }
  return samples
}

/** The mean of a measure over all samples. */
function average (samples, name) {
  return round(samples.reduce((sum, one) => sum + one[name], 0) / samples.length)
}

/**
 * How many seconds after `since` the highest load has come down to that many
 * times the mean for good: it stays there up to the last sample. Undefined where
 * it does not.
 */
function settled (samples, since, highest) {
  let time
  for (const one of samples) {
    if (one.time < since) continue
    if (one.highest > highest) time = undefined
    else if (time === undefined) time = one.time - since
  }
  return time
}

/** Four digits after the point, which is more than a sample is worth. */
function round (number) {
  return Math.round(number * 1e4) / 1e4
}

module.exports = { average, measure, round, sample, settled, spread }
