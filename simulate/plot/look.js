'use strict'

const { config } = require('../../scripts/plot-theme')

// The colours of Okabe and Ito, as in the benchmarks.
const looks = {
  'two-offers': { title: 'Callosum, two offers', colour: '#d55e00', shape: 'circle' },
  'one-offer': { title: 'Callosum, one offer', colour: '#c78f00', shape: 'diamond' },
  'two-choices': { title: 'two choices', colour: '#2a87c8', shape: 'square' },
  random: { title: 'random', colour: '#c7679a', shape: 'triangle-up' },
  'round-robin': { title: 'round robin', colour: '#009e73', shape: 'triangle-down' },
  'least-connections': { title: 'least connections', colour: '#808080', shape: 'cross' }
}

const policies = Object.keys(looks)
const range = key => policies.map(policy => looks[policy][key])
const labelExpr = `${JSON.stringify(Object.fromEntries(policies.map(policy => [policy, looks[policy].title])))}[datum.label]`
const legend = { title: null, orient: 'bottom', columns: 3, columnPadding: 24, labelExpr }

/** The channels that tell policies apart. */
const byPolicy = {
  color: { field: 'policy', type: 'nominal', scale: { domain: policies, range: range('colour') }, legend },
  shape: { field: 'policy', type: 'nominal', scale: { domain: policies, range: range('shape') }, legend }
}

/** How far the highest load is above the mean, for records that `withExcess` made. */
const excess = {
  field: 'excess',
  type: 'quantitative',
  scale: { type: 'log', domain: [0.1, 100], nice: false },
  axis: { values: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100], labelExpr: "datum.value + '%'", labelOverlap: false, title: 'highest above mean (log)' }
}

const withExcess = record => ({ ...record, excess: Math.min(100, Math.max(0.1, Math.round((record.highest - 1) * 1e4) / 100)) })

const caption = ({ servers, clients, pool, interval }) =>
  `${servers.toLocaleString('en')} servers, ${clients.toLocaleString('en')} clients with pools of ${pool}, an attempt each ${interval} s: a turn is ${pool * interval} s.`

const lives = ({ mean }) => `Connections live for ${mean} s on average.`

/** A logarithmic scale from the first of the values to the last, with some room beside them. */
const logScale = values => ({ type: 'log', domain: [values[0] / 1.15, values[values.length - 1] * 1.15], nice: false })

/** A panel with a line for each policy. `x` has a field, a scale and an axis; `more` a height, data and channels. */
const panel = ({ field, scale, axis }, y = excess, { height = 190, data, channels } = {}) => ({
  ...(data && { data: { values: data } }),
  width: 285,
  height,
  mark: { type: 'line', strokeWidth: 2, point: { size: 45, opacity: 1 } },
  encoding: {
    x: { field, type: 'quantitative', scale, axis: { labelOverlap: false, grid: false, ...axis } },
    y,
    ...byPolicy,
    ...channels
  }
})

const chart = (text, subtitle, marks) => ({ title: { text, subtitle }, spacing: 36, ...marks, config })

module.exports = { byPolicy, caption, chart, excess, labelExpr, lives, logScale, panel, policies, withExcess }
