'use strict'

const { caption, config, excess, excessOf, lives, logScale, panel, title } = require('./look')

const panels = [
  { sweep: 'pool', title: 'connections in a pool, fewer clients', values: [2, 5, 10, 20, 50, 100, 200] },
  { sweep: 'interval', title: 'seconds between two attempts', values: [0.2, 0.5, 1, 2, 5, 10, 20, 40] },
  { sweep: 'servers, with 20,000 connections in all', title: 'servers, for the same connections', values: [10, 30, 100, 300, 1000] },
  { sweep: 'known', title: 'servers that a client knows', values: [1, 2, 3, 5, 10, 20, 50] }
]

/** The imbalance by each setting that it depends on. */
function dependenceChart ({ dependence: { settings, rows } }) {
  const panelOf = ({ sweep, title, values }) => panel(
    { field: 'x', scale: logScale(values), axis: { values, format: ',~r', title } },
    excess,
    { data: { values: rows.filter(row => row.sweep === sweep).map(row => ({ x: row.x, policy: row.policy, excess: excessOf(row) })) } }
  )
  return {
    title: title('What the imbalance depends on', caption(settings), `${lives(settings)} One of it varies.`),
    columns: 2,
    spacing: 36,
    concat: panels.map(panelOf),
    config
  }
}

module.exports = dependenceChart
