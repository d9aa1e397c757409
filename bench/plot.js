'use strict'

// node bench/plot.js: draws patterns.svg from results.json, which
// `npm run bench -- --json bench/results.json` writes.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const { config, themed } = require('../scripts/plot-theme')

// The colours of Okabe and Ito, which colour-blind people can tell apart, and which are
// legible on white and on black. A hollow symbol is a variant of the filled one.
const looks = {
  ours: { colour: '#d55e00', shape: 'circle', size: 190 },
  'js-bitmap': { colour: '#009e73', shape: 'diamond' },
  heap: { colour: '#2a87c8', shape: 'square' },
  flatqueue: { colour: '#2a87c8', shape: 'square', hollow: true },
  'number-allocator': { colour: '#c7679a', shape: 'triangle-up', hollow: true },
  set: { colour: '#c78f00', shape: 'cross' }
}

/** Nanoseconds for a call of each contender on each pattern. */
function chart ({ machine, limit, titles, results }) {
  const names = Object.keys(looks).filter(name => name in titles)
  const scale = look => ({ domain: names, range: names.map(name => look(looks[name])) })
  const legend = { title: null, orient: 'bottom', columns: 3, columnPadding: 20, rowPadding: 6, labelExpr: `${JSON.stringify(titles)}[datum.label]` }
  const by = (look, type = 'nominal') => ({ field: 'contender', type, scale: scale(look), legend })
  const y = { field: 'id', type: 'nominal', sort: results.map(({ id }) => id), title: null, axis: { grid: true } }
  const x = {
    field: 'ns',
    type: 'quantitative',
    scale: { type: 'log', domain: [1, 12_000], nice: false },
    axis: { values: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000], format: ',', labelOverlap: false, title: 'nanoseconds for a call, less is better (log scale)', orient: 'top' }
  }
  return {
    data: { values: [...results].sort((a, b) => (a.contender === 'ours') - (b.contender === 'ours')) }, // the package is drawn over the others
    width: 620,
    height: { step: 27 },
    title: {
      text: 'Time for a get() or put(), by pattern',
      subtitle: [machine, `A symbol followed by › was cut off after ${limit / 1000} s: it took at least that long.`]
    },
    layer: [
      {
        mark: { type: 'point', strokeWidth: 2, opacity: 1 },
        encoding: {
          x,
          y,
          stroke: by(({ colour }) => colour),
          fill: by(({ colour, hollow }) => hollow ? 'transparent' : colour),
          shape: by(({ shape }) => shape),
          size: by(({ size = 75 }) => size, 'ordinal')
        }
      },
      {
        transform: [{ filter: 'datum.cut' }],
        mark: { type: 'text', text: '›', dx: 11, dy: -1, fontSize: 20, fill: 'transparent', strokeWidth: 1.5 },
        encoding: { x, y, stroke: by(({ colour }) => colour) }
      }
    ],
    config
  }
}

async function main () {
  const { compile } = await import('vega-lite')
  const { View, parse } = await import('vega')
  const run = JSON.parse(readFileSync(path.join(__dirname, 'results.json')))
  const view = new View(parse(compile(chart(run)).spec), { renderer: 'none' })
  writeFileSync(path.join(__dirname, 'patterns.svg'), themed(await view.toSVG()) + '\n')
}

main()
