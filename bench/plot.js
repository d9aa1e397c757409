'use strict'

// node bench/plot.js: draws patterns.svg and growth.svg from results.json and
// growth.json, which npm run bench -- [--growth] --json FILE writes.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const growthChart = require('./plot/growth')
const patternsChart = require('./plot/patterns')
const { readOptions } = require('../common/options')
const { themed } = require('../scripts/plot-theme')

async function main () {
  readOptions('node bench/plot.js', {}, { about: 'Draws patterns.svg and growth.svg from results.json and growth.json.' })
  await draw('results.json', patternsChart, 'patterns.svg')
  await draw('growth.json', growthChart, 'growth.svg')
}

async function draw (source, chart, target) {
  const { compile } = await import('vega-lite')
  const { View, parse } = await import('vega')
  const run = JSON.parse(readFileSync(path.join(__dirname, source)))
  const view = new View(parse(compile(chart(run)).spec), { renderer: 'none' })
  writeFileSync(path.join(__dirname, target), themed(await view.toSVG()) + '\n')
}

main()
