'use strict'

// npm run simulate:plot: draws docs/*.svg, and refreshes the tables in
// docs/balancing.md, from
//   simulate/results.json  npm run simulate -- --scenario all --json simulate/results.json
//   bench/cluster.json     node bench/cluster.js --json bench/cluster.json

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const { themed } = require('../scripts/plot-theme')
const filled = require('./plot/tables')

const DOCS = path.join(__dirname, '..', 'docs')

const charts = {
  million: require('./plot/million'),
  converge: require('./plot/converge'),
  dependence: require('./plot/dependence'),
  lifetimes: require('./plot/lifetimes'),
  restart: require('./plot/restart'),
  conditions: require('./plot/conditions')
}

/** The SVG of each chart, by name. */
async function draw (results) {
  const { compile } = await import('vega-lite')
  const { View, parse } = await import('vega')
  const drawn = {}
  for (const [name, chart] of Object.entries(charts)) {
    const view = new View(parse(compile(chart(results)).spec), { renderer: 'none' })
    drawn[name] = themed(await view.toSVG()) + '\n'
  }
  return drawn
}

async function main () {
  for (const [name, svg] of Object.entries(await draw(published().results))) {
    writeFileSync(path.join(DOCS, `${name}.svg`), svg)
  }
  const text = path.join(DOCS, 'balancing.md')
  writeFileSync(text, fill(readFileSync(text, 'utf8')))
}

/** The text with the tables of the published figures. */
function fill (text) {
  return filled(text, published(), JSON.parse(readFileSync(path.join(__dirname, '..', 'bench', 'cluster.json'))))
}

/** What the simulation gave when it was last published. */
function published () {
  return JSON.parse(readFileSync(path.join(__dirname, 'results.json')))
}

module.exports = { DOCS, draw, fill, published }

if (require.main === module) main()
