'use strict'

const { byPolicy, caption, config, lives, title } = require('./look')

/** The worst moments of a rolling restart, by how long it takes, and what it leaves. */
function restartChart ({ restart: { settings, rows } }) {
  const turns = [...new Set(rows.map(row => row.turns))]
  const panel = (field, name) => ({
    width: 285,
    height: 210,
    mark: { type: 'line', strokeWidth: 2, point: { size: 45, opacity: 1 } },
    encoding: {
      x: {
        field: 'turns',
        type: 'quantitative',
        scale: { type: 'log', domain: [turns[0] / 1.15, turns[turns.length - 1] * 1.15], nice: false },
        axis: { values: turns, labelOverlap: false, grid: false, title: 'turns that the restart takes (log)' }
      },
      y: {
        field,
        type: 'quantitative',
        scale: { type: 'log', domain: [1, 8], nice: false },
        axis: { values: [1, 1.1, 1.25, 1.5, 2, 3, 4, 6, 8], labelOverlap: false, title: name }
      },
      ...byPolicy
    }
  })
  return {
    data: { values: rows },
    title: title('A rolling restart: at worst, and 10 turns after its end', caption(settings), lives(settings)),
    spacing: 36,
    hconcat: [
      panel('highest', 'highest over mean, at worst'),
      panel('highestAfter', 'highest over mean, then')
    ],
    config
  }
}

module.exports = restartChart
