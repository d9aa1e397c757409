'use strict'

const { Fleet } = require('../fleet')
const managers = require('../managers')
const { measure, round, sample, settled } = require('../measures')
const { timeTrace } = require('../replaying')
const { Trace } = require('../trace')

const OURS = 'this package'
const HEAP = "0.1.0's heap"

const title = 'A million connections: servers die, come back, and are restarted one after another'

const defaults = {
  servers: 1000,
  clients: 10_000,
  pool: 100,
  interval: 1,
  lifetime: 'pareto',
  mean: 600,
  policy: 'lowest'
}

// In turns: the time in which a client makes as many roves as its pool has places.
const TURNS = { start: 1.5, die: 0.5, join: 0.5, restart: 4, rest: 1 }
const SAMPLES = 20 // in a turn
const DYING = 1 / 20 // of the servers

/** Runs the same fleet with this package and with 0.1.0's heap. */
async function run ({ seed, progress, ...options }) {
  const settings = { ...defaults, ...options }
  const trace = new Trace(settings.servers)
  const ours = await live(settings, { seed, trace, newSlots: managers[OURS] }, share => progress.at(share * 0.4, OURS))
  const heap = await live(settings, { seed, newSlots: managers[HEAP] }, share => progress.at(0.4 + share * 0.4, HEAP))
  const times = await timeTrace(trace, [OURS, HEAP], share => progress.at(0.8 + share * 0.2, 'the slot managers alone'))
  const { phases, samples, digest } = ours
  return {
    settings,
    phases,
    samples: samples.map(({ time, highest, p99, lowest }) => ({ time, highest, p99, lowest })),
    same: digest === heap.digest && times[OURS].sum === times[HEAP].sum,
    slotCalls: trace.calls,
    runs: [
      { manager: OURS, ...ours.cost, slots: times[OURS].time },
      { manager: HEAP, ...heap.cost, slots: times[HEAP].time }
    ],
    memory: process.resourceUsage().maxRSS * 1024
  }
}

function tables ({ settings, phases, same, slotCalls, runs, memory }) {
  const { servers, clients, pool, interval, lifetime, mean, policy } = settings
  const seconds = milliseconds => (milliseconds / 1000).toFixed(1)
  return [
    {
      caption: `${servers} servers, ${clients} clients with pools of ${pool}, a rove each ${interval} s, ${lifetime} lifetimes of ${mean} s, policy ${policy}.\nLoads over the mean; at the end of each phase, except the worst`,
      rows: [
        ['phase', 'ends at', 'servers', 'connections', 'worst', 'highest', 'p99', 'lowest', 'opened', 'refused'],
        ...phases.map(phase => [
          phase.name,
          `${phase.until} s`,
          ...[phase.servers, phase.connections].map(number => number.toLocaleString('en')),
          ...[phase.worst, phase.highest, phase.p99, phase.lowest].map(number => number.toFixed(3)),
          ...[phase.opened, phase.refused].map(number => number.toLocaleString('en'))
        ])
      ]
    },
    {
      caption: [
        'What the slots cost: processor time in seconds. The calls of the run are recorded, and timed in a',
        `second pass with nothing in between. ${slotCalls.toLocaleString('en')} calls; ${same ? 'both managers gave the same slots throughout' : 'THE MANAGERS DISAGREE'}`
      ].join('\n'),
      rows: [
        ['slot manager', 'run', 'of it slots', 'share', 'ns a call', 'events', 'events a second'],
        ...runs.map(({ manager, cpu, slots, events }) => [
          manager,
          seconds(cpu),
          (slots / 1000).toFixed(2),
          `${(slots / cpu * 100).toFixed(1)}%`,
          (slots / slotCalls * 1e6).toFixed(1),
          events.toLocaleString('en'),
          Math.round(events / cpu * 1000).toLocaleString('en')
        ])
      ]
    },
    { caption: `${Math.round(memory / 1e6)} MB of memory at most`, rows: [] }
  ]
}

/** The life of the fleet, and what it cost. */
async function live (settings, more, onProgress) {
  const began = performance.now()
  const cpu = process.cpuUsage()
  const fleet = await Fleet.load({ ...settings, ...more })
  const turn = settings.pool * settings.interval
  const total = Object.values(TURNS).reduce((sum, turns) => sum + turns, 0) * turn
  const phases = []
  const samples = []
  const phase = (name, turns, before = () => {}) => {
    const since = fleet.now
    const { opened, refused } = fleet.servers
    const taken = sample(fleet, since + turns * turn, turn / SAMPLES, () => {
      onProgress(fleet.now / total)
      before(since)
    })
    samples.push(...taken)
    const { connections, highest, p99, lowest } = taken[taken.length - 1]
    phases.push({
      name,
      until: round(fleet.now),
      servers: measure(fleet.servers).servers,
      connections,
      worst: Math.max(...taken.map(one => one.highest)),
      highest,
      p99,
      lowest,
      settled: settled(taken, since, 1.05),
      opened: fleet.servers.opened - opened,
      refused: fleet.servers.refused - refused
    })
  }

  const dying = Math.ceil(settings.servers * DYING)
  phase('start, all empty', TURNS.start)
  for (let server = 0; server < dying; server++) fleet.stop(server)
  phase(`${dying} servers die`, TURNS.die)
  for (let server = 0; server < dying; server++) fleet.start(server)
  phase('they come back', TURNS.join)
  let restarted = 0
  phase('every server restarts', TURNS.restart, since => {
    const due = Math.round((fleet.now - since) / (TURNS.restart * turn) * settings.servers)
    for (; restarted < due; restarted++) fleet.restart(restarted)
  })
  phase('afterwards', TURNS.rest)
  const { user, system } = process.cpuUsage(cpu)
  return {
    phases,
    samples,
    digest: digestOf(fleet),
    cost: { wall: performance.now() - began, cpu: (user + system) / 1000, events: fleet.steps }
  }
}

/** One number for where every connection is and which slot it has. */
function digestOf ({ clients }) {
  let digest = 0
  for (let place = 0; place < clients.serverAt.length; place++) {
    const where = clients.isFree(place) ? -1 : Math.imul(clients.serverAt[place], 65537) + clients.slotAt[place]
    digest = (Math.imul(digest, 31) + where) | 0
  }
  return digest
}

module.exports = { title, defaults, run, tables }
