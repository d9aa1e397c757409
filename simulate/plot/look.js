'use strict'

const { config } = require('../../common/plot-theme')

// Okabe and Ito's colours, as in the benchmarks.
const looks = {
  lowest: { title: 'lowest slot first (Callosum)', colour: '#d55e00', shape: 'circle' },
  two: { title: 'power of two choices', colour: '#2a87c8', shape: 'square' },
  random: { title: 'a random server', colour: '#c7679a', shape: 'triangle-up' }
}

const policies = Object.keys(looks)
const range = key => policies.map(policy => looks[policy][key])
const titles = Object.fromEntries(policies.map(policy => [policy, looks[policy].title]))
const legend = { title: null, orient: 'bottom', columnPadding: 24, labelExpr: `${JSON.stringify(titles)}[datum.label]` }

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
  `${servers} servers, ${clients} clients with pools of ${pool}, a rove each ${interval} s: a turn is ${pool * interval} s.`

const lives = ({ mean }) => `Connections live for ${mean} s on average.`

const title = (text, ...subtitle) => ({ text, subtitle })

module.exports = { byPolicy, caption, config, excess, excessOf, lives, title }
