'use strict'

const { Fleet } = require('../fleet')
const { sample, settled } = require('../measures')
const common = require('./common')

const title = 'How fast a fleet converges: from empty, after a tenth has died, after half as many have joined'

const ACCEPTED = 1.05 // highest load over mean
const SAMPLES = 20 // in a turn
const TURNS = 4 // that are shown
const AT_REST = 30 // turns from a start to when something happens

const happenings = {
  start: { before: 0, happens: () => {} },
  die: {
    before: AT_REST,
    happens (fleet, servers) {
      for (let server = 0; server < servers / 10; server++) fleet.stop(server)
    }
  },
  join: {
    before: AT_REST,
    spare: servers => servers / 2,
    happens (fleet, servers) {
      for (let i = 0; i < servers / 2; i++) fleet.join()
    }
  }
}

/** Each policy on the common fleet; Callosum on larger and smaller ones too. */
async function run ({ seed, progress, sizes = [10, 1000], ...options }) {
  const base = { ...common.fleet, ...options }
  const perServer = base.clients / base.servers
  const fleets = [
    ...common.policies.map(policy => ({ policy })),
    ...sizes.map(servers => ({ policy: 'lowest', servers, clients: servers * perServer }))
  ]
  const list = common.product({ happening: Object.keys(happenings), varied: fleets })
  const series = []
  for (const [i, { happening, varied }] of list.entries()) {
    series.push({ happening, ...await watch(happening, { ...base, ...varied, seed }) })
    progress.at((i + 1) / list.length, `${happening}, ${varied.policy}`)
  }
  return { settings: base, accepted: ACCEPTED, series }
}

async function watch (happening, settings) {
  const { before, spare = () => 0, happens } = happenings[happening]
  const { policy, servers } = settings
  const fleet = await Fleet.load({ ...settings, spare: spare(servers) })
  const { turn } = fleet
  fleet.run(before * turn)
  happens(fleet, servers)
  const since = fleet.now
  const samples = sample(fleet, since + TURNS * turn, turn / SAMPLES)
  return {
    policy,
    servers,
    settled: settled(samples, since, ACCEPTED),
    samples: samples.map(({ time, highest, lowest }) => ({ time: time - since, highest, lowest }))
  }
}

function tables ({ settings, series, accepted }) {
  const rows = [...new Set(series.map(({ policy, servers }) => `${policy}, ${servers} servers`))]
  const cell = (row, happening) => {
    const one = series.find(one => one.happening === happening && row === `${one.policy}, ${one.servers} servers`)
    return one.settled === undefined ? `> ${TURNS * settings.pool * settings.interval}` : one.settled.toFixed(0)
  }
  return [{
    caption: `Seconds until the highest load is at most ${accepted} times the mean for good`,
    rows: [
      ['policy', ...Object.keys(happenings)],
      ...rows.map(row => [row, ...Object.keys(happenings).map(happening => cell(row, happening))])
    ]
  }]
}

module.exports = { title, run, tables }
