'use strict'

// node simulate/plot.js: draws docs/*.svg from simulate/results.json, which
// npm run simulate -- --scenario all --json simulate/results.json writes.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const charts = require('./plot/charts')
const { themed } = require('../scripts/plot-theme')

async function main () {
  const { compile } = await import('vega-lite')
  const { View, parse } = await import('vega')
  const results = JSON.parse(readFileSync(path.join(__dirname, 'results.json')))
  for (const [name, chart] of Object.entries(charts)) {
    const view = new View(parse(compile(chart(results)).spec), { renderer: 'none' })
    writeFileSync(path.join(__dirname, '..', 'docs', `${name}.svg`), themed(await view.toSVG()) + '\n')
  }
}

main()
