'use strict'

const { caption, config, lives, logScale, panel, title } = require('./look')

/** The imbalance at the worst moment of a rolling restart, and after it, by its duration. */
function restartChart ({ restart: { settings, rows } }) {
  const turns = [...new Set(rows.map(row => row.turns))]
  const panelOf = (field, title) => panel(
    { field: 'turns', scale: logScale(turns), axis: { values: turns, title: 'turns that the restart takes (log)' } },
    {
      field,
      type: 'quantitative',
      scale: { type: 'log', domain: [1, 8], nice: false },
      axis: { values: [1, 1.1, 1.25, 1.5, 2, 3, 4, 6, 8], labelOverlap: false, title }
    },
    { height: 210 }
  )
  return {
    data: { values: rows },
    title: title('A rolling restart: at worst, and 10 turns after its end', caption(settings), lives(settings)),
    spacing: 36,
    hconcat: [
      panelOf('highest', 'highest over mean, at worst'),
      panelOf('highestAfter', 'highest over mean, then')
    ],
    config
  }
}

module.exports = restartChart
