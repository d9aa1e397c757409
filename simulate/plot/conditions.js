'use strict'

const { caption, config, excess, excessOf, panel, title } = require('./look')

/** The imbalance by network delay, and by the share of connections in use. */
function conditionsChart ({ delay, requests }) {
  const panelOf = (values, scale, ticks, title) => panel(
    { field: 'x', scale: { ...scale, nice: false }, axis: { values: ticks, format: ',d', title } },
    excess,
    { data: { values } }
  )
  const trips = delay.rows.filter(({ mean, delay }) => mean === 600 && delay > 0)
  const used = requests.rows.filter(({ pick }) => pick === 'random')
  return {
    title: title('Network delay, and connections in use', caption(delay.settings)),
    spacing: 36,
    hconcat: [
      panelOf(
        trips.map(row => ({ x: row.delay * 1000, policy: row.policy, excess: excessOf(row) })),
        { type: 'log', domain: [0.87, 1150] }, [1, 10, 50, 200, 1000], 'ms for a round trip (log); lifetimes of 600 s'
      ),
      panelOf(
        used.map(row => ({ x: row.busy * 100, policy: row.policy, excess: excessOf(row) })),
        { domain: [0, 95] }, [0, 10, 25, 50, 70, 90], '% of the connections in use; lifetimes of 200 s'
      )
    ],
    config
  }
}

module.exports = conditionsChart
