'use strict'

// The example server under load.
//
// Four rounds: connections that stay, and short ones of every kind beside them. No slot may be
// given twice or lost, and each must be the lowest free one, by what the clients read and by the
// server's log. Its memory should be the same after each round. By default there are 260,000
// connections. Less: node scripts/load.js --held 500 --short 5000 --seed 1

const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { parseArgs } = require('node:util')

const Random = require('../__test__/support/random')
const Fleet = require('../examples/fleet/fleet')

const MEMORY = path.join(__dirname, '..', '__test__', 'support', 'preload', 'memory.js')
const ROUNDS = 4 // the first one warms up, as far as memory goes
const AT_ONCE = 200 // how many connections come or go at the same time
const PATIENCE = 50 // ms: the most that a short connection waits before it leaves
const TIME = 20 * 60_000 // ms for everything
const LINES = Buffer.from(`{"method":"read","for":"${'nothing'.repeat(300)}"}\n`.repeat(30)) // what a client that talks sends

// On Linux all of 127.0.0.0/8 is this machine. With one address the ephemeral ports would run
// out, since a port cannot be used again for a minute.
const ADDRESSES = process.platform === 'linux' ? Array.from({ length: 16 }, (_, i) => `127.0.0.${2 + i}`) : ['127.0.0.1']

// Short connections, which leave by themselves. A mute one never reads.
const shorts = {
  'ends after it has read its slot': { onSlot: client => client.end() },
  'resets after it has read its slot': { onSlot: client => client.reset() },
  'stays for a while': { onSlot: (client, wait) => setTimeout(() => client.end(), wait) },
  'resets at once': { onConnect: client => client.reset() },
  'half closes at once, and reads on': { onConnect: client => client.end() },
  'talks, then ends': { onSlot: client => client.socket.write(LINES, () => client.end()) },
  'talks, then resets': { onSlot: client => client.socket.write(LINES, () => client.reset()) },
  'never reads, and resets': { mute: true, onConnect: (client, wait) => setTimeout(() => client.reset(), wait) },
  'never reads, half closes, and vanishes': { mute: true, onConnect: (client, wait) => client.end() || setTimeout(() => client.socket.destroy(), wait) }
}
const longs = { reads: {}, 'never reads': { mute: true } }

const faults = []
const holders = new Map() // the client that has read each slot, until it begins to leave
const counts = { opened: 0, slotsRead: 0, peak: 0 }

class Client {
  constructor (behaviours, port, random) {
    const all = Object.values(behaviours)
    const { mute, onConnect = () => {}, onSlot = () => {} } = all[random.below(all.length)]
    const wait = random.below(PATIENCE)
    const localAddress = ADDRESSES[random.below(ADDRESSES.length)]
    const socket = this.socket = net.connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true })
    counts.opened++
    socket.on('error', ({ code }) => { if (code !== 'ECONNRESET' && code !== 'EPIPE') faults.push(`a client failed: ${code}`) })
    socket.on('end', () => this.end())
    this.closed = new Promise(resolve => socket.on('close', resolve))
    // When it has its slot, or will never read it. Resolves to the client.
    this.settled = new Promise(resolve => {
      socket.on('close', () => resolve(this)).on('connect', () => {
        onConnect(this, wait)
        if (mute) resolve(this)
      })
      let received = ''
      if (mute) return
      const read = data => {
        received += data
        if (!received.includes('\n')) return
        socket.off('data', read).resume()
        this.hold(received)
        onSlot(this, wait)
        resolve(this)
      }
      socket.setEncoding('latin1').on('data', read)
    })
  }

  hold (received) {
    if (!/^(0|[1-9]\d*)\r\n$/.test(received)) return faults.push(`a client received ${JSON.stringify(received)}`)
    counts.slotsRead++
    if (this.leaving) return // the server may have freed it already
    this.slot = parseInt(received, 10)
    if (holders.has(this.slot)) faults.push(`two clients hold slot ${this.slot}`)
    holders.set(this.slot, this)
  }

  leave () {
    this.leaving = true
    if (holders.get(this.slot) === this) holders.delete(this.slot)
  }

  end () {
    this.leave()
    this.socket.end()
  }

  reset () {
    this.leave()
    this.socket.resetAndDestroy()
  }

  dismiss (random) {
    if (random.below(2) === 0) this.reset()
    else if (this.slot === undefined) this.socket.destroy() // one that never reads would not see the end
    else this.end()
    return this.closed
  }
}

/** Throws if the clients or the log have found a fault. */
function expectNoFault (record) {
  const all = faults.concat(record.faults)
  if (all.length > 0) throw new Error(all.slice(0, 20).join('\n'))
}

/** Calls `task` `count` times, AT_ONCE at the same time. */
async function each (count, record, task) {
  let begun = 0
  const work = async () => {
    while (begun < count) {
      await task(begun++)
      counts.peak = Math.max(counts.peak, record.holders.size)
      if (begun % 1000 === 0) expectNoFault(record)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function load ({ held, short, seed }) {
  const random = new Random(seed)
  process.env.NODE_OPTIONS = `--require ${JSON.stringify(MEMORY)}` // of the server
  const fleet = new Fleet()
  fleet.on('broken', fail)
  const server = await fleet.startServer()
  const { record, port, child } = server
  const inUse = async count => {
    while (record.holders.size !== count) {
      expectNoFault(record)
      await sleep(20)
    }
  }
  const open = () => new Client(longs, port, random).settled

  for (let round = 1; round <= ROUNDS; round++) {
    const staying = []
    await each(held, record, async () => staying.push(await open()))
    await inUse(held)
    await each(short / ROUNDS, record, async i => {
      await new Client(shorts, port, random).closed
      if (i % 10 !== 0) return
      const [client] = staying.splice(random.below(staying.length), 1) // one that stayed goes, and another comes
      await client.dismiss(random)
      staying.push(await open())
    })
    await inUse(held)
    await each(held, record, () => staying.pop().dismiss(random))
    await inUse(0)
    child.send({ memory: true })
    const [{ rss, heapUsed }] = await once(child, 'message')
    console.log(`after round ${round}: ${(rss / 1e6).toFixed(1)} MB resident, ${(heapUsed / 1e6).toFixed(1)} MB of heap`)
  }
  await fleet.endServers()
  expectNoFault(record)
  if (server.served !== record.given) throw new Error(`the server says that it served ${server.served} of ${record.given}`)
}

function fail (error) {
  console.error(error.message)
  process.exit(1)
}

async function main () {
  const { values } = parseArgs({ options: { held: { type: 'string', default: '10000' }, short: { type: 'string', default: '200000' }, seed: { type: 'string' } } })
  const { held, short, seed = Math.floor(Math.random() * 2 ** 32) } = values
  if (![held, short, seed].every(value => /^\d{1,10}$/.test(value))) throw new Error('--held, --short and --seed must be integers')
  console.log(`seed ${seed}`)
  setTimeout(() => fail(new Error(`no end after ${TIME / 60_000} minutes`)), TIME).unref()
  await load({ held: Number(held), short: Number(short), seed: Number(seed) })
  const { opened, slotsRead, peak } = counts
  console.log(`${opened} connections, ${peak} at once, ${slotsRead} slots read, in ${process.uptime().toFixed(0)} s`)
  console.log('No slot was given twice, none but the lowest free one, none is in use at the end')
}

main().catch(fail)
