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

function chart ({ samples, events, options, fleet, sick }) {
  const { clients, connections, interval, servers } = options
  const marks = events.filter(({ mark }) => mark)
  const said = marks.map(({ text }) => text.replace(/:.*/, ''))
  const fate = number => number > servers
    ? 'joins'
    : number === sick.number ? 'sick for a while' : fleet.servers[number - 1].running ? 'well' : 'killed'
  const step = Math.ceil(samples.length / POINTS)
  const values = samples.filter((_, i) => i % step === 0)
    .flatMap(({ time, loads }) => loads.map(({ number, load }) => ({ time, load, number, fate: fate(number) })))
  const x = { field: 'time', type: 'quantitative', scale: { domain: [0, samples[samples.length - 1].time], nice: false }, axis: { title: 'seconds', grid: false } }
  const y = { field: 'load', type: 'quantitative', scale: { zero: true }, axis: { title: 'connections' } }
  const color = {
    field: 'fate',
    type: 'nominal',
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
    legend: { title: null, orient: 'bottom', columnPadding: 24 }
  }
  const [cpu] = os.cpus()
  return {
    width: 620,
    height: 280,
    title: {
      text: 'Connections of each server',
      subtitle: [
        `${clients} clients keep ${connections} connections each, and rove every ${interval} ms.`,
        `${said.slice(0, 2).join('; ')};`.replace('s', 'S'),
        `${said.slice(2).join('; ')}.`,
        `${cpu ? cpu.model.trim() : 'unknown processor'}, ${os.cpus().length} cores, ${process.platform} ${process.arch}, ` +
          `Node.js ${process.version}, ${new Date().toISOString().slice(0, 10)}`
      ]
    },
    layer: [
      { data: { values: marks }, mark: { type: 'rule', stroke: '#808080', strokeDash: [3, 3] }, encoding: { x } },
      {
        data: { values: marks },
        mark: { type: 'text', baseline: 'bottom', dy: -4, y: 0, fontSize: 12, fill: config.axis.labelColor },
        encoding: { x, text: { field: 'mark' } }
      },
      { data: { values }, mark: { type: 'line', strokeWidth: 1.75 }, encoding: { x, y, color, detail: { field: 'number' } } }
    ],
    config
  }
}

module.exports = plot
