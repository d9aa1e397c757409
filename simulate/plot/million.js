'use strict'

const { config, title } = require('./look')

const lines = {
  highest: { title: 'highest', colour: '#d55e00' },
  p99: { title: '99th percentile', colour: '#c78f00' },
  lowest: { title: 'lowest', colour: '#2a87c8' }
}

/** The loads of the million-connection run over time. */
function millionChart ({ million: { settings, phases, samples } }) {
  const names = Object.keys(lines)
  const titles = Object.fromEntries(names.map(name => [name, lines[name].title]))
  const values = samples.flatMap(sample => names.map(name => ({ time: sample.time, name, load: sample[name] })))
  const starts = phases.map(({ name }, i) => ({ name, time: i === 0 ? 0 : phases[i - 1].until, row: i % 3 }))
  const x = {
    field: 'time',
    type: 'quantitative',
    scale: { domain: [0, samples[samples.length - 1].time], nice: false },
    axis: { title: 'seconds', grid: false }
  }
  return {
    width: 660,
    height: 240,
    title: title(
      'Load of the servers, over the mean of those that are up',
      `${settings.servers.toLocaleString('en')} servers, ${(settings.clients * settings.pool).toLocaleString('en')} connections, a turn is ${settings.pool * settings.interval} s.`
    ),
    layer: [
      {
        data: { values: starts },
        mark: { type: 'rule', color: '#808080', strokeDash: [3, 3] },
        encoding: { x }
      },
      ...[0, 1, 2].map(row => ({
        data: { values: starts.filter(start => start.row === row) },
        mark: { type: 'text', align: 'left', dx: 4, y: 8 + 14 * row, fontSize: 12, fill: '#24292f' },
        encoding: { x, text: { field: 'name' } }
      })),
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 2, clip: true },
        encoding: {
          x,
          y: { field: 'load', type: 'quantitative', scale: { domain: [0, 1.75], nice: false }, axis: { values: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75], format: '.2f', title: 'load over mean' } },
          color: {
            field: 'name',
            type: 'nominal',
            scale: { domain: names, range: names.map(name => lines[name].colour) },
            legend: { title: null, orient: 'bottom', columnPadding: 24, labelExpr: `${JSON.stringify(titles)}[datum.label]` }
          }
        }
      }
    ],
    config
  }
}

module.exports = millionChart
