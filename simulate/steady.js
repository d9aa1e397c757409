'use strict'

const { Fleet } = require('./fleet')
const { average, round, sample } = require('./measures')

const SAMPLES = 200

/**
 * A fleet left to itself, after it has forgotten its start: how evenly the
 * connections lie on average, and how many are opened a second.
 */
async function steady (settings) {
  const fleet = await Fleet.load(settings)
  const { turn, mean, interval } = fleet
  fleet.run(Math.max(5 * turn, 1.5 * mean, 20 * interval))
  const since = fleet.now
  const { opened } = fleet.servers
  const span = Math.max(2 * turn, mean)
  const samples = sample(fleet, since + span, span / SAMPLES)
  return {
    highest: average(samples, 'highest'),
    p99: average(samples, 'p99'),
    lowest: average(samples, 'lowest'),
    connections: Math.round(average(samples, 'connections')),
    openedPerSecond: round((fleet.servers.opened - opened) / span)
  }
}

/**
 * Each of a list of settings, in turn.
 *
 * @returns {object[]} what varies, with what came out
 */
async function sweep (list, common, progress, what) {
  const rows = []
  for (const [i, varied] of list.entries()) {
    rows.push({ ...varied, ...await steady({ ...common, ...varied }) })
    progress((i + 1) / list.length, what)
  }
  return rows
}

module.exports = { steady, sweep }
