'use strict'

const { byPolicy, caption, config, lives, title } = require('./look')

const names = {
  start: 'from empty',
  die: 'a tenth of the servers dies',
  join: 'half as many servers join'
}

/** Highest load over mean, after something has happened. */
function convergeChart ({ converge: { settings, series } }) {
  const values = series.filter(({ servers }) => servers === settings.servers)
    .flatMap(({ happening, policy, samples }) => samples.map(({ time, highest }) => ({ happening: names[happening], policy, time, highest })))
  return {
    data: { values },
    title: title('How fast the fleet converges', caption(settings), lives(settings)),
    facet: { column: { field: 'happening', type: 'nominal', sort: Object.values(names), title: null } },
    spacing: 30,
    spec: {
      width: 205,
      height: 200,
      mark: { type: 'line', strokeWidth: 2, clip: true },
      encoding: {
        x: { field: 'time', type: 'quantitative', scale: { domain: [0, 80], nice: false }, axis: { values: [0, 20, 40, 60, 80], title: 'seconds after it' } },
        y: { field: 'highest', type: 'quantitative', scale: { domain: [1, 2], nice: false }, axis: { values: [1, 1.25, 1.5, 1.75, 2], format: '.2f', title: 'highest load over mean' } },
        color: byPolicy.color
      }
    },
    config
  }
}

module.exports = convergeChart
