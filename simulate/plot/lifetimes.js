'use strict'

const { caption, config, excess, excessOf, logScale, panel, title } = require('./look')

/** The imbalance, and the connections opened, by the lifetime of connections. */
function lifetimesChart ({ lifetimes: { settings, rows } }) {
  const turn = settings.pool * settings.interval
  // For Pareto lifetimes, only the policy that is recommended: the lines of all policies
  // would hide each other.
  const values = rows.filter(({ lifetime, policy }) => lifetime === 'exponential' || policy === 'two-offers').map(row => ({
    turns: row.mean / turn,
    policy: row.policy,
    lifetime: row.lifetime,
    excess: excessOf(row),
    opened: row.openedPerSecond
  }))
  const means = [...new Set(values.map(({ turns }) => turns))]
  const panelOf = y => panel(
    {
      field: 'turns',
      scale: logScale(means),
      axis: { values: means.filter(turns => ![3, 60].includes(turns)), title: 'mean lifetime in turns (log)' }
    },
    y,
    {
      height: 220,
      channels: {
        strokeDash: { field: 'lifetime', type: 'nominal', scale: { domain: ['exponential', 'pareto'], range: [[1, 0], [5, 4]] }, legend: null }
      }
    }
  )
  return {
    data: { values },
    title: title('How long connections have to live', caption(settings), 'Full lines: exponential lifetimes; dashed: Pareto, two offers.'),
    spacing: 36,
    hconcat: [
      panelOf(excess),
      panelOf({
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
