'use strict'

const { byPolicy, caption, config, excess, excessOf, lives, title } = require('./look')

const panels = [
  { sweep: 'pool', title: 'connections in a pool, fewer clients', values: [2, 5, 10, 20, 50, 100, 200] },
  { sweep: 'interval', title: 'seconds between two attempts', values: [0.2, 0.5, 1, 2, 5, 10, 20, 40] },
  { sweep: 'servers, with 20,000 connections in all', title: 'servers, for the same connections', values: [10, 30, 100, 300, 1000] },
  { sweep: 'known', title: 'servers that a client knows', values: [1, 2, 3, 5, 10, 20, 50] }
]

/** How far the highest load is above the mean, by what it depends on. */
function dependenceChart ({ dependence: { settings, rows } }) {
  const panel = ({ sweep, title, values }) => ({
    data: {
      values: rows.filter(row => row.sweep === sweep).map(row => ({ x: row.x, policy: row.policy, excess: excessOf(row) }))
    },
    width: 285,
    height: 190,
    mark: { type: 'line', strokeWidth: 2, point: { size: 45, opacity: 1 } },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        scale: { type: 'log', domain: [values[0] / 1.15, values[values.length - 1] * 1.15], nice: false },
        axis: { values, format: ',~r', labelOverlap: false, grid: false, title }
      },
      y: excess,
      ...byPolicy
    }
  })
  return {
    title: title('What the imbalance depends on', caption(settings), `${lives(settings)} One of it varies.`),
    columns: 2,
    spacing: 36,
    concat: panels.map(panel),
    config
  }
}

module.exports = dependenceChart
