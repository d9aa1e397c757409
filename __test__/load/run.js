'use strict'

// The example server under load: connections that stay, and short ones of every kind beside
// them (clients.js). Its clients and its log (log.js) must not show a slot that was given
// twice, that was not the lowest, or that was lost. Its memory must be the same after each
// round.
//
//   node __test__/load/run.js    10,000 at once and 200,000 short ones
//   node __test__/load/run.js --held 500 --short 5000 --seed 1

const { spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const { fileLimit } = require('../../common/machine')
const { integer, readOptions } = require('../../common/options')
const { randomFrom } = require('../support/states')
const Clients = require('./clients')
const Log = require('./log')

const SERVER = path.join(__dirname, '..', '..', 'examples', 'server.js')
const MEMORY = path.join(__dirname, '..', 'support', 'preload', 'memory.js')

const AT_ONCE = 200 // how many connections come or go at the same time
const ROUNDS = 4 // the first one warms up, as far as memory goes
const TIME = 1200000 // ms for everything

/**
 * @returns the number of connections, and the memory of the server after each round, when
 *   all connections had ended
 * @throws {Error} at the first fault
 */
async function load ({ held, short, seed, preload, onRound = () => {} }) {
  const needed = held + 2 * AT_ONCE + 100
  const limit = fileLimit()
  if (limit < needed) throw new Error(`This takes ${needed} open files, and the limit is ${limit}: raise it with ulimit -n ${needed}`)

  const started = Date.now()
  const server = new Server(preload)
  try {
    const [, port] = await server.until(() => server.log.lastLine.match(/^listening on .*:(\d+)$/), 'the server to listen')
    const clients = server.clients = new Clients(Number(port), randomFrom(seed))
    const rounds = []
    for (let i = 0; i < ROUNDS; i++) {
      await round(server, held, short / ROUNDS)
      rounds.push(await server.memory())
      onRound(rounds[i], i)
    }
    await server.stop()
    const { peak, record: { given: served } } = server.log
    const seconds = (Date.now() - started) / 1000
    return { opened: clients.opened, served, slotsRead: clients.slotsRead, peak, rounds, seconds }
  } finally {
    server.remove()
  }
}

/** Opens `held` connections, opens and closes `short` ones beside them, then closes all. */
async function round (server, held, short) {
  const { clients, log } = server
  const staying = []
  await server.each(held, async () => staying.push(await clients.long()))
  await server.until(() => log.inUse === held, `${held} in use`)
  await server.each(short, async i => {
    await clients.short()
    if (i % 10 !== 0) return
    const [client] = staying.splice(clients.random(staying.length), 1) // one that stayed goes, and another comes
    await clients.dismiss(client)
    staying.push(await clients.long())
  })
  await server.until(() => log.inUse === held, `no more than ${held} in use`)
  await server.each(held, () => clients.dismiss(staying.pop()))
  await server.until(() => log.inUse === 0, 'none in use')
}

class Server {
  constructor (preload) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'load-'))
    this.deadline = Date.now() + TIME
    const log = path.join(this.folder, 'log')
    const output = fs.openSync(log, 'w')
    const preloads = [MEMORY, preload].filter(Boolean).flatMap(file => ['-r', file])
    this.child = spawn(process.execPath, ['--expose-gc', ...preloads, SERVER], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', output, 'inherit', 'ipc']
    })
    fs.closeSync(output)
    this.child.on('exit', (code, signal) => { this.end = { code, signal } })
    this.log = new Log(log)
  }

  /** Throws if the clients or the log have found a fault. */
  expectNoFault () {
    this.log.read()
    const faults = this.log.faults.concat(this.clients ? this.clients.faults : [])
    if (faults.length > 0) throw new Error(faults.slice(0, 20).join('\n'))
    if (Date.now() > this.deadline) throw new Error(`no end after ${TIME} ms: ${this.log.lastLine}`)
  }

  async until (condition, what) {
    for (;;) {
      this.expectNoFault()
      const result = condition()
      if (result) return result
      if (this.end) throw new Error(`the server ended, and not ${what}: ${JSON.stringify(this.end)}`)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  /** Calls `task` `count` times, AT_ONCE at the same time. */
  async each (count, task) {
    let done = 0
    let begun = 0
    const work = async () => {
      while (begun < count) {
        await task(begun++)
        if (++done % 1000 === 0) this.expectNoFault()
      }
    }
    const all = Promise.all(Array.from({ length: AT_ONCE }, work))
    const watch = setInterval(() => this.log.read(), 500)
    try {
      await this.orDeadline(all, `${count} connections`)
    } finally {
      clearInterval(watch)
    }
  }

  /** Rejects at the deadline, for example if a client never gets its slot. */
  async orDeadline (promise, what) {
    let timer
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        try {
          this.expectNoFault()
          reject(new Error(`timed out waiting for ${what}: ${this.log.lastLine}`))
        } catch (error) {
          reject(error)
        }
      }, this.deadline - Date.now())
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      clearTimeout(timer)
    }
  }

  memory () {
    const answer = new Promise(resolve => this.child.once('message', resolve))
    this.child.send('memory')
    return this.orDeadline(answer, 'its memory')
  }

  async stop () {
    this.child.kill('SIGTERM')
    const end = await this.until(() => this.end, 'when told to')
    this.expectNoFault()
    if (end.code !== 0) throw new Error(`the server ended with ${JSON.stringify(end)}`)
    const { lastLine, record: { given: served } } = this.log
    if (lastLine !== `connections served: ${served}`) throw new Error(`${served} were served: ${lastLine}`)
  }

  remove () {
    this.child.kill('SIGKILL')
    fs.rmSync(this.folder, { recursive: true })
  }
}

function show ({ rss, heapUsed, external }, i) {
  const [resident, heap, other] = [rss, heapUsed, external].map(bytes => (bytes / 1e6).toFixed(2))
  console.log(`after round ${i + 1}: ${resident} MB resident, ${heap} MB of heap, ${other} MB external`)
}

async function main () {
  const { held, short, seed = Math.floor(Math.random() * 2 ** 32) } = readOptions('npm run load -- [options]', {
    held: integer(1, 1_000_000, 'connections that stay', { standard: 10_000 }),
    short: integer(ROUNDS, 10_000_000, 'connections that come and go beside them', { standard: 200_000 }),
    seed: integer(0, 2 ** 32 - 1, 'of the course of chance')
  })
  console.log(`seed ${seed}`)
  const result = await load({ held, short, seed, onRound: show })
  const { served, opened, peak, slotsRead, seconds } = result
  console.log(`${opened} connections opened, ${served} served, ${peak} at once, ${slotsRead} slots read; ${seconds.toFixed(0)} s`)
  console.log('No slot was given twice, none but the lowest free one, none is in use at the end')
}

if (require.main === module) {
  main().catch(error => {
    console.error(error)
    process.exitCode = 1
  })
}

module.exports = load
