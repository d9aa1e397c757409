'use strict'

// A fleet that balances itself: npm run fleet
//
// Server processes (examples/server.js) and client processes (client.js), on 127.0.0.1. After
// 15% of the time one server turns sick, until 22%: it takes connections, and resets each that
// sends a request. After 47% another one is killed with SIGKILL, without notice to the clients.
// After 60% a server joins. The fleet needs signals, so it does not run on Windows.
//
// The exit code is 0 only if all of this holds:
//
// - The loads ended within 10% of the mean, by the logs of the servers, after the clients have
//   stopped making attempts; and every pool is full.
// - No slot was given twice, and none was lost. A server logs every slot that it gives and takes
//   back, and how many its manager counts; record.js compares each line with a model. At the end
//   the slots that the clients hold are those that the servers logged as in use. After the
//   clients have closed, every server counts 0.
// - No more requests failed at the sick server than it takes to eject it, and none at the servers
//   that were well.
// - No process ended before it was told to.
//
// What to expect: with S servers, and C clients that keep M connections each and make an attempt
// every T ms, a pool fills in M · T (1 s by default), a kill is absorbed in about M · T / S, a join
// in about M · T, and in the end the loads differ by 1 at most: docs/balancing.md. The server that
// was sick has its share again about 3 · M · T after it is well: the ejection ends, a request
// on the one connection of the probation succeeds, and the pools take more.

const { once } = require('node:events')
const { setTimeout: sleep } = require('node:timers/promises')

const Fleet = require('./fleet')
const { help, readOptions } = require('./options')
const plot = require('./plot')
const { balance, judge } = require('./verdict')
const { Log, Screen } = require('./view')

// When a server turns sick and well, when one is killed and when one joins, as shares of the
// duration. The first ejection takes a share of it too.
const SICK = 0.15
const WELL = 0.22
const KILL = 0.47
const JOIN = 0.6
const EJECTION = 0.035

const FRAME = 100 // ms
const PATIENCE = 5000 // ms to wait for pending attempts at the end

class Run {
  constructor (options) {
    this.options = options
    this.fleet = new Fleet()
    this.began = undefined
    this.events = [] // { time, text, colour }, with a `mark` if the plot shows it
    this.unsettled = undefined // the last event, until the loads are even again
    this.sick = undefined // the server that was sick
    this.samples = [] // { time, loads } with the load of each server by its number
    const { stdout } = process
    this.view = stdout.isTTY ? new Screen(stdout) : new Log(stdout, options.duration / 10)
  }

  get time () { return this.began === undefined ? 0 : (performance.now() - this.began) / 1000 }

  get wanted () { return this.options.clients * this.options.connections }

  async go () {
    const { fleet, options: { servers, clients, connections, interval, duration } } = this
    this.show()
    await Promise.all(Array.from({ length: servers }, () => fleet.startServer()))
    const ejectionTime = Math.ceil(duration * EJECTION * 1000)
    await Promise.all(Array.from({ length: clients }, () => fleet.startClient({ connections, interval, ejectionTime })))
    this.began = performance.now()
    fleet.announceServers()
    this.happen('the clients start', 'dim')
    const frames = setInterval(() => this.sample(), FRAME)

    await this.until(duration * SICK)
    const sick = this.sick = this.any()
    sick.child.send({ sick: true })
    this.happen(`server ${sick.number} turns sick: it resets each connection that sends a request`, 'yellow', 'sick')
    await this.until(duration * WELL)
    sick.child.send({ sick: false })
    this.happen(`server ${sick.number} is well`, 'green', 'well')
    await this.until(duration * KILL)
    await this.kill()
    await this.until(duration * JOIN)
    await this.join()
    await this.until(this.time + duration * (1 - JOIN)) // counted from when the new server has started
    clearInterval(frames)
    return this.finish()
  }

  async until (time) {
    await sleep(Math.max(0, time - this.time) * 1000)
  }

  /** A running server that has not been sick. */
  any () {
    const servers = this.fleet.running.filter(server => server !== this.sick)
    return servers[Math.floor(Math.random() * servers.length)]
  }

  /** The clients get no notice. */
  async kill () {
    const server = this.any()
    server.note = 'killed'
    await this.fleet.kill(server)
    this.happen(`server ${server.number} is killed (SIGKILL) with ${server.record.load} connections`, 'red', 'kill')
  }

  async join () {
    const { number } = await this.fleet.startServer()
    this.fleet.announceServers()
    this.happen(`server ${number} joins`, 'green', 'join')
  }

  happen (text, colour, mark) {
    const event = { time: this.time, text, colour, mark }
    this.events.push(event)
    this.view.announce(event)
    this.unsettled = event
  }

  sample () {
    const loads = this.fleet.running.map(({ number, record }) => ({ number, load: record.load }))
    this.samples.push({ time: this.time, loads })
    this.show()
    const { total, even } = balance(loads.map(({ load }) => load))
    if (this.unsettled === undefined || total < this.wanted || !even) return
    this.unsettled.absorbed = this.time - this.unsettled.time
    this.unsettled = undefined
  }

  show () { this.view.show(this.state) }

  get state () {
    const { options, fleet, events } = this
    const { servers, clients, connections, interval, duration } = options
    const rows = Array.from({ length: servers + 1 }, (_, i) => {
      const { running, record, note } = fleet.servers[i] ?? {}
      const coming = i < servers ? 'starts' : `joins after ${(duration * JOIN).toFixed(1)} s`
      return { number: i + 1, load: running ? record.load : undefined, note: note ?? coming }
    })
    return {
      title: `${clients} clients keep ${connections} connections each, and rove every ${interval} ms`,
      time: this.time,
      duration,
      servers: rows,
      events,
      full: Math.ceil(this.wanted / (servers - 1) * 1.25) // the load that a whole bar stands for
    }
  }

  async finish () {
    const { fleet, events, wanted } = this
    const reports = await fleet.halt()
    await this.compare(reports.flatMap(({ held }) => held))
    const loads = fleet.running.map(({ record }) => record.load)
    this.view.end(this.state)
    await this.close()
    const given = fleet.servers.reduce((sum, { record }) => sum + record.given, 0)
    const failedAt = port => reports.reduce((sum, { failures }) => sum + (failures[port] || 0), 0)
    const well = fleet.running.filter(server => server !== this.sick)
    const failed = { sick: failedAt(this.sick.port), well: well.reduce((sum, { port }) => sum + failedAt(port), 0) }
    const ejections = reports.reduce((sum, { ejections }) => sum + ejections, 0)
    return judge({ loads, wanted, given, faults: this.faults, events, failed, ejections, clients: reports.length })
  }

  get faults () {
    return this.fleet.servers.flatMap(({ number, record }) => record.faults.map(fault => `server ${number}: ${fault}`))
  }

  /** Compares the slots that the clients hold with the logs of the servers. */
  async compare (held) {
    const differ = ({ port, record: { holders } }) => {
      const here = held.filter(({ server }) => server === port)
      return here.length !== holders.size || here.some(({ slot, peer }) => holders.get(slot) !== peer)
    }
    // The last connections that the clients dropped may still be closing.
    for (const { record } of await this.remaining(differ)) {
      record.faults.push('the slots that the clients hold are not those that it says are in use')
    }
  }

  /** Ends the clients, then the servers. */
  async close () {
    const { fleet } = this
    const { running } = fleet
    await fleet.endClients()
    for (const { record } of await this.remaining(({ record: { load, holders } }) => load !== 0 || holders.size !== 0)) {
      const slots = [...record.holders.keys()].join(' ') || 'none'
      record.faults.push(`with no connection left it counts ${record.load} slots in use; not taken back: ${slots}`)
    }
    await fleet.endServers()
    for (const { served, record } of running) {
      if (served !== record.given) record.faults.push(`it served ${served} connections, and gave ${record.given} slots`)
    }
  }

  /** The running servers for which the condition still holds after PATIENCE, or when a fault is known, which may be why. */
  async remaining (condition) {
    const { running } = this.fleet
    const end = Date.now() + PATIENCE
    while (running.some(condition) && this.faults.length === 0 && Date.now() < end) await sleep(20)
    return running.filter(condition)
  }
}

async function main () {
  let options
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    return fail(error.message, 2)
  }
  if (options === undefined) return console.log(help)
  process.stdout.on('error', () => process.exit(0)) // its reader has closed it, as head does
  // Every process of the fleet is killed when this one exits.
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    process.on(signal, () => process.exit(code))
  }
  const run = new Run(options)
  const broken = once(run.fleet, 'broken').then(([error]) => { throw error })
  const verdict = await Promise.race([run.go(), broken])
  broken.catch(() => {})
  await plot(run, options.svg)
  console.log(verdict.lines.join('\n') + `\n      the loads over time: ${options.svg}`)
  if (!verdict.passes) process.exitCode = 1
}

function fail (message, code = 1) {
  console.error(message)
  process.exit(code)
}

main().catch(error => fail(error.message))
