'use strict'

const { byPolicy, caption, config, excess, excessOf, title } = require('./look')

/** What network delay and connections in use change. */
function conditionsChart ({ delay, requests }) {
  const panel = (values, scale, ticks, name) => ({
    data: { values },
    width: 285,
    height: 190,
    mark: { type: 'line', strokeWidth: 2, point: { size: 45, opacity: 1 } },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        scale: { ...scale, nice: false },
        axis: { values: ticks, format: ',d', labelOverlap: false, grid: false, title: name }
      },
      y: excess,
      ...byPolicy
    }
  })
  const trips = delay.rows.filter(({ mean, delay }) => mean === 600 && delay > 0)
  const used = requests.rows.filter(({ pick }) => pick === 'random')
  return {
    title: title('Network delay, and connections in use', caption(delay.settings)),
    spacing: 36,
    hconcat: [
      panel(
        trips.map(row => ({ x: row.delay * 1000, policy: row.policy, excess: excessOf(row) })),
        { type: 'log', domain: [0.87, 1150] }, [1, 10, 50, 200, 1000], 'ms for a round trip (log); lifetimes of 600 s'
      ),
      panel(
        used.map(row => ({ x: row.busy * 100, policy: row.policy, excess: excessOf(row) })),
        { domain: [0, 95] }, [0, 10, 25, 50, 70, 90], '% of the connections in use; lifetimes of 200 s'
      )
    ],
    config
  }
}

module.exports = conditionsChart
