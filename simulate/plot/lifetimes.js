'use strict'

const { byPolicy, caption, config, excess, excessOf, title } = require('./look')

/** Imbalance, and connections opened, by how long connections live. */
function lifetimesChart ({ lifetimes: { settings, rows } }) {
  const turn = settings.pool * settings.interval
  // Of Pareto lifetimes only the policy that is recommended: the lines of all would
  // hide each other.
  const values = rows.filter(({ lifetime, policy }) => lifetime === 'exponential' || policy === 'two-offers').map(row => ({
    turns: row.mean / turn,
    policy: row.policy,
    lifetime: row.lifetime,
    excess: excessOf(row),
    opened: row.openedPerSecond
  }))
  const means = [...new Set(values.map(({ turns }) => turns))]
  const panel = y => ({
    width: 285,
    height: 220,
    mark: { type: 'line', strokeWidth: 2, point: { size: 45, opacity: 1 } },
    encoding: {
      x: {
        field: 'turns',
        type: 'quantitative',
        scale: { type: 'log', domain: [means[0] / 1.15, means[means.length - 1] * 1.15], nice: false },
        axis: { values: means.filter(turns => ![3, 60].includes(turns)), labelOverlap: false, grid: false, title: 'mean lifetime in turns (log)' }
      },
      y,
      ...byPolicy,
      strokeDash: { field: 'lifetime', type: 'nominal', scale: { domain: ['exponential', 'pareto'], range: [[1, 0], [5, 4]] }, legend: null }
    }
  })
  return {
    data: { values },
    title: title('How long connections have to live', caption(settings), 'Full lines: exponential lifetimes; dashed: Pareto, two offers.'),
    spacing: 36,
    hconcat: [
      panel(excess),
      panel({
        field: 'opened',
        type: 'quantitative',
        scale: { type: 'log', domain: [8, 2500], nice: false },
        axis: { values: [10, 20, 50, 100, 200, 500, 1000, 2000], format: ',', labelOverlap: false, title: 'opened a second (log)' }
      })
    ],
    config
  }
}

module.exports = lifetimesChart
