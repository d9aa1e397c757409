'use strict'

const { Fleet } = require('../fleet')
const { round } = require('../measures')
const common = require('./common')

const title = 'Machines of strength 1, 2, 4 and 8, and two ways to give each its share'

const STRENGTHS = [1, 2, 4, 8]
const MEANS = [600, 150] // seconds that connections live; the turn is 75
const SAMPLES = 100

/** How each machine's servers and their weights follow from its strength. */
const ways = {
  equal: () => [1],
  'slot divided': strength => [strength],
  'several managers': strength => new Array(strength).fill(1)
}

async function run ({ seed, progress, machines = 100, ...options }) {
  const strengths = Array.from({ length: machines }, (_, i) => STRENGTHS[i % STRENGTHS.length])
  const total = strengths.reduce((sum, strength) => sum + strength, 0)
  const pool = Math.round(200 * total / common.fleet.clients) // 200 connections for each unit of strength
  const base = { ...common.fleet, pool, ...options }
  const list = common.product({ way: Object.keys(ways), mean: MEANS })
  const rows = []
  for (const [i, { way, mean }] of list.entries()) {
    rows.push({ way, mean, ...await share({ ...base, mean, seed }, strengths, ways[way]) })
    progress.at((i + 1) / list.length, way)
  }
  return { settings: base, machines, rows }
}

/** Each machine's load for its strength, over the mean of that. */
async function share (settings, strengths, way) {
  const weights = strengths.flatMap(way)
  const machineOf = strengths.flatMap((strength, machine) => way(strength).map(() => machine))
  const fleet = await Fleet.load({ ...settings, servers: weights.length, weights })
  const { turn } = fleet
  const from = 10 * turn
  const loads = new Array(strengths.length).fill(0)
  fleet.run(from)
  for (let i = 1; i <= SAMPLES; i++) {
    fleet.run(from + i * turn / 10)
    fleet.servers.loads.forEach((load, server) => { loads[machineOf[server]] += load / SAMPLES })
  }
  const total = strengths.reduce((sum, strength) => sum + strength, 0)
  const fair = loads.reduce((sum, load) => sum + load, 0) / total
  const shares = loads.map((load, machine) => load / strengths[machine] / fair)
  const byStrength = STRENGTHS.map(strength => {
    const own = shares.filter((_, machine) => strengths[machine] === strength)
    return round(own.reduce((sum, share) => sum + share, 0) / own.length)
  })
  return { byStrength, highest: round(Math.max(...shares)), lowest: round(Math.min(...shares)) }
}

function tables ({ settings, rows }) {
  return [{
    caption: `Load over the fair share, by strength; a turn is ${settings.pool * settings.interval} s`,
    rows: [
      ['way, mean lifetime', ...STRENGTHS.map(String), 'highest', 'lowest'],
      ...rows.map(({ way, mean, byStrength, highest, lowest }) =>
        [`${way}, ${mean} s`, ...[...byStrength, highest, lowest].map(number => number.toFixed(3))])
    ]
  }]
}

module.exports = { title, run, tables }
