'use strict'

const { config } = require('../../scripts/plot-theme')

// The colours of Okabe and Ito, as in the benchmarks.
const looks = {
  'two-offers': { title: 'Callosum, two offers', colour: '#d55e00', shape: 'circle' },
  lowest: { title: 'Callosum, one offer', colour: '#c78f00', shape: 'diamond' },
  two: { title: 'two choices', colour: '#2a87c8', shape: 'square' },
  random: { title: 'random', colour: '#c7679a', shape: 'triangle-up' },
  'round-robin': { title: 'round robin', colour: '#009e73', shape: 'triangle-down' },
  least: { title: 'least connections', colour: '#808080', shape: 'cross' }
}

const policies = Object.keys(looks)
const range = key => policies.map(policy => looks[policy][key])
const titles = Object.fromEntries(policies.map(policy => [policy, looks[policy].title]))
const legend = { title: null, orient: 'bottom', columns: 3, columnPadding: 24, labelExpr: `${JSON.stringify(titles)}[datum.label]` }

/** The channels that tell policies apart. */
const byPolicy = {
  color: { field: 'policy', type: 'nominal', scale: { domain: policies, range: range('colour') }, legend },
  shape: { field: 'policy', type: 'nominal', scale: { domain: policies, range: range('shape') }, legend }
}

/** How far the highest load is above the mean. */
const excess = {
  field: 'excess',
  type: 'quantitative',
  scale: { type: 'log', domain: [0.1, 100], nice: false },
  axis: { values: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100], labelExpr: "datum.value + '%'", labelOverlap: false, title: 'highest above mean (log)' }
}

const excessOf = ({ highest }) => Math.min(100, Math.max(0.1, Math.round((highest - 1) * 1e4) / 100))

const caption = ({ servers, clients, pool, interval }) =>
  `${servers} servers, ${clients} clients with pools of ${pool}, an attempt each ${interval} s: a turn is ${pool * interval} s.`

const lives = ({ mean }) => `Connections live for ${mean} s on average.`

const title = (text, ...subtitle) => ({ text, subtitle })

/** A logarithmic scale from the first of the values to the last, with some room beside them. */
const logScale = values => ({ type: 'log', domain: [values[0] / 1.15, values[values.length - 1] * 1.15], nice: false })

/**
 * A panel with a line for each policy.
 *
 * @param {object} x what its horizontal axis shows
 * @param {string} x.field
 * @param {object} x.scale
 * @param {object} x.axis its ticks, as `values`, and its title
 * @param {object} [y] the vertical axis
 * @param {object} [more] a height, data, and further channels
 */
const panel = ({ field, scale, axis }, y = excess, { height = 190, data, channels } = {}) => ({
  ...(data && { data }),
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

module.exports = { byPolicy, caption, config, excess, excessOf, lives, logScale, panel, title }
