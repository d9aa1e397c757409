'use strict'

// npm run simulate:plot: draws docs/*.svg, and refreshes the tables in
// docs/balancing.md, from docs/simulation.json, which
// npm run simulate -- --scenario all --json docs/simulation.json writes.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const { themed } = require('../bench/plot/theme')
const filled = require('./plot/tables')

const DOCS = path.join(__dirname, '..', 'docs')

const charts = {
  million: require('./plot/million'),
  converge: require('./plot/converge'),
  dependence: require('./plot/dependence'),
  lifetimes: require('./plot/lifetimes'),
  restart: require('./plot/restart')
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
  const run = JSON.parse(readFileSync(path.join(DOCS, 'simulation.json')))
  for (const [name, svg] of Object.entries(await draw(run.results))) {
    writeFileSync(path.join(DOCS, `${name}.svg`), svg)
  }
  const text = path.join(DOCS, 'balancing.md')
  writeFileSync(text, filled(readFileSync(text, 'utf8'), run))
}

module.exports = { DOCS, draw }

if (require.main === module) main()
