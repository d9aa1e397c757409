'use strict'

// Draws the load of each server over the time of a run.

const { writeFileSync } = require('node:fs')
const os = require('node:os')

const { config, themed } = require('../../scripts/plot-theme')

const POINTS = 200 // for each line

// Of the colours of Okabe and Ito, as in the other plots.
const colours = { well: '#2a87c8', 'sick for a while': '#c78f00', killed: '#d55e00', joins: '#009e73' }

async function plot (run, file) {
  const { compile } = await import('vega-lite')
  const { View, parse } = await import('vega')
  const view = new View(parse(compile(chart(run)).spec), { renderer: 'none' })
  writeFileSync(file, themed(await view.toSVG()) + '\n')
}

function chart ({ samples, events, state, options: { servers }, fleet, sick }) {
  const marks = events.filter(({ mark }) => mark)
  const fate = number => {
    if (number > servers) return 'joins'
    if (number === sick.number) return 'sick for a while'
    return fleet.servers[number - 1].running ? 'well' : 'killed'
  }
  const step = Math.ceil(samples.length / POINTS)
  const values = samples.filter((_, i) => i % step === 0)
    .flatMap(({ time, loads }) => loads.map(({ number, load }) => ({ time, load, number, fate: fate(number) })))
  const end = samples[samples.length - 1].time
  const x = { field: 'time', type: 'quantitative', scale: { domain: [0, end], nice: false }, axis: { title: 'seconds', grid: false } }
  const y = { field: 'load', type: 'quantitative', scale: { zero: true }, axis: { title: 'connections' } }
  const color = {
    field: 'fate',
    type: 'nominal',
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
    legend: { title: null, orient: 'bottom', columnPadding: 24 }
  }
  const text = { type: 'text', baseline: 'bottom', dy: -4, y: 0, fontSize: 12, fill: config.axis.labelColor }
  const machine = `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, ${process.platform} ${process.arch}, Node.js ${process.version}`
  return {
    width: 620,
    height: 280,
    title: { text: 'Connections of each server', subtitle: [`${state.title}.`, `${machine}, ${new Date().toISOString().slice(0, 10)}`] },
    layer: [
      { data: { values: marks }, mark: { type: 'rule', stroke: '#808080', strokeDash: [3, 3] }, encoding: { x } },
      { data: { values: marks }, mark: text, encoding: { x, text: { field: 'mark' } } },
      { data: { values }, mark: { type: 'line', strokeWidth: 1.75 }, encoding: { x, y, color, detail: { field: 'number' } } }
    ],
    config
  }
}

module.exports = plot
