'use strict'

// The simulation behind npm run simulate: the fleet, and what is measured of it.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const heap = require('../../bench/contenders/heap')
const { Fleet, policies } = require('../../simulate/fleet')
const { sample, settled, spread } = require('../../simulate/measures')
const Progress = require('../../common/progress')
const { timeTrace } = require('../../simulate/replaying')
const scenarios = require('../../simulate/scenarios')
const { steady } = require('../../simulate/steady')
const { Trace, replay } = require('../../simulate/trace')
const managers = require('../../simulate/managers')

const settings = { servers: 20, clients: 100, pool: 10, mean: 50, seed: 1 }

/** Where every connection is and which slot it has. */
function stateOf ({ clients }) {
  return Array.from(clients.toldAt, (told, place) =>
    clients.isFree(place) ? null : [clients.serverAt[place], clients.slotAt[place], told])
}

async function runFor (seconds, more) {
  const fleet = await Fleet.load({ ...settings, ...more })
  fleet.run(seconds)
  return fleet
}

/** Every connection is known to both its client and its server, by the same slot. */
function assertConsistent ({ clients, servers }) {
  const slots = servers.managers.map(() => [])
  for (const one of stateOf({ clients })) if (one !== null) slots[one[0]].push(one[1])
  for (const [server, manager] of servers.managers.entries()) {
    assert.equal(servers.loads[server], slots[server].length)
    const given = manager === null ? [] : Array.from(manager)
    assert.deepEqual(given, slots[server].sort((a, b) => a - b))
  }
  assert.equal(servers.opened - servers.closed, clients.held())
}

describe('a simulated fleet', () => {
  for (const policy of policies) {
    test(`is the same with the same seed, and another with another (${policy})`, async () => {
      const state = stateOf(await runFor(100, { policy }))
      assert.deepEqual(stateOf(await runFor(100, { policy })), state)
      assert.notDeepEqual(stateOf(await runFor(100, { policy, seed: 2 })), state)
    })

    test(`loses no connection and no slot as servers stop, start and join (${policy})`, async () => {
      const fleet = await Fleet.load({ ...settings, policy, spare: 5 })
      for (let time = 10; time <= 200; time += 10) {
        fleet.run(time)
        assertConsistent(fleet)
        if (time === 40) for (const server of [0, 3, 7]) fleet.stop(server)
        if (time === 80) for (const server of [0, 3, 7]) fleet.start(server)
        if (time === 120) for (let i = 0; i < 5; i++) fleet.join()
        if (time === 160) for (let server = 0; server < 25; server++) fleet.restart(server)
        assertConsistent(fleet)
      }
      assert.ok(fleet.servers.refused > 0)
      assert.ok(fleet.servers.loads.every(load => load > 0))
    })
  }

  test('is the same in one go and in many', async () => {
    const inSteps = await Fleet.load(settings)
    for (let time = 0; time <= 100; time += 0.7) inSteps.run(time)
    inSteps.run(100)
    assert.deepEqual(stateOf(inSteps), stateOf(await runFor(100)))
  })

  test("is the same with 0.1.0's heap", async () => {
    const options = { lifetime: 'pareto' }
    assert.deepEqual(
      stateOf(await runFor(200, { ...options, newSlots: heap.load() })),
      stateOf(await runFor(200, options))
    )
  })

  test('comes to rest, where nothing ends, with loads that differ by one at most', async () => {
    for (const seed of [1, 2, 3]) {
      const { servers } = await runFor(1000, { servers: 21, lifetime: 'endless', seed })
      assert.equal(Math.max(...servers.loads) - Math.min(...servers.loads), 1, String(servers.loads))
    }
  })

  test('goes on as even when servers join, where random clients leave them empty', async () => {
    const lowestAfterJoining = async policy => {
      const fleet = await Fleet.load({ ...settings, policy, lifetime: 'endless', spare: 10 })
      fleet.run(100)
      for (let i = 0; i < 10; i++) fleet.join()
      return sample(fleet, 200, 100).pop().lowest
    }
    assert.ok(await lowestAfterJoining('lowest') > 0.95)
    assert.equal(await lowestAfterJoining('random'), 0)
    assert.equal(await lowestAfterJoining('two'), 0)
  })

  test('spreads connections over random servers as chance does', async () => {
    const { servers } = await runFor(50, { servers: 100, clients: 2000, policy: 'random', lifetime: 'endless' })
    const mean = 200
    const squares = servers.loads.reduce((sum, load) => sum + (load - mean) ** 2 / mean, 0)
    // Chi-square with 99 degrees of freedom: outside of this once in 10,000 times.
    assert.ok(squares > 54 && squares < 161, String(squares))
  })

  test('keeps connections as long as it is told', async () => {
    // Little's law: as many are open as are opened in a mean lifetime.
    const mean = 40
    const { connections, openedPerSecond } = await steady({ ...settings, clients: 1000, policy: 'random', mean })
    const lived = connections / openedPerSecond
    assert.ok(Math.abs(lived / mean - 1) < 0.05, String(lived))
  })

  test('draws Pareto lifetimes, most of which are far below the mean', async () => {
    const { ends } = await runFor(1.5, { clients: 20_000, pool: 1, policy: 'random', lifetime: 'pareto', mean: 300 })
    const median = ends.sort()[10_000] // within a second of the median lifetime
    assert.ok(Math.abs(median / (300 / 3 * 2 ** (2 / 3)) - 1) < 0.05, String(median))
  })

  test('gives a server of twice the weight twice the connections', async () => {
    const { servers } = await runFor(200, { servers: 10, lifetime: 'endless', weights: [2, 1, 1, 1, 1, 1, 1, 1, 1, 1] })
    assert.ok(Math.abs(servers.loads[0] - 2 * servers.loads[1]) <= 2, String(servers.loads))
  })

  test('refuses to go back in time', async () => {
    const fleet = await runFor(10)
    assert.throws(() => fleet.run(9), /^RangeError: The time is 10, so it cannot become 9$/)
    assert.throws(() => fleet.run(NaN), /^RangeError/)
  })

  test('refuses to start a server that is up', async () => {
    const fleet = await Fleet.load(settings)
    assert.throws(() => fleet.start(3), /^Error: Server 3 is up already$/)
  })
})

describe('the sweeps', () => {
  const progress = { at () {} }
  const small = { seed: 1, progress, servers: 10, clients: 50, mean: 100 }

  test('show that a short interval balances better, and few known servers worse', async () => {
    const { rows } = await scenarios.dependence.run({ ...small, only: ['interval', 'known'] })
    const highest = (sweep, x, policy) => rows.find(row => row.sweep === sweep && row.x === x && row.policy === policy).highest
    assert.ok(highest('interval', 0.2, 'lowest') < highest('interval', 10, 'lowest'))
    assert.ok(highest('interval', 0.2, 'lowest') < highest('interval', 0.2, 'two'))
    assert.ok(highest('known', 5, 'lowest') < highest('known', 1, 'lowest'))
    assert.ok(highest('known', 5, 'lowest') < highest('known', 5, 'random'))
  })

  test('show that two choices are better where lifetimes are short, and only there', async () => {
    const { rows } = await scenarios.lifetimes.run({ ...small, means: [10, 600] })
    assert.equal(rows.length, 12)
    for (const lifetime of ['exponential', 'pareto']) {
      const highest = (policy, mean) => rows.find(row => row.lifetime === lifetime && row.policy === policy && row.mean === mean).highest
      assert.ok(highest('two', 10) < highest('lowest', 10))
      assert.ok(highest('lowest', 600) < highest('two', 600))
    }
  })
})

describe('the measures', () => {
  test('are ratios to the mean, the 99th percentile by nearest rank', () => {
    const loads = Array.from({ length: 200 }, (_, i) => i + 1)
    assert.deepEqual(spread(loads), { servers: 200, connections: 20100, highest: 1.99, p99: 1.9701, lowest: 0.01 })
  })

  test('a fleet has settled when it stays below', () => {
    const samples = [1.5, 1.01, 1.2, 1.04, 1.03].map((highest, i) => ({ time: 10 * i, highest }))
    assert.equal(settled(samples, 0, 1.05), 30)
    assert.equal(settled(samples, 30, 1.05), 0)
    assert.equal(settled(samples, 0, 1.02), undefined)
  })
})

describe('the trace', () => {
  async function traced () {
    const trace = new Trace(settings.servers)
    const fleet = await Fleet.load({ ...settings, trace })
    fleet.run(60)
    for (let server = 0; server < 20; server++) fleet.restart(server)
    fleet.run(120)
    return { trace, fleet }
  }

  test('has every call that the managers got', async () => {
    const { trace, fleet } = await traced()
    let calls = 0
    const last = []
    replay(trace.data, () => {
      const slots = managers['this package']()
      last.push(slots)
      return {
        get () { calls++; return slots.get() },
        put (slot) { calls++; slots.put(slot) }
      }
    })
    assert.equal(calls, trace.calls)
    const replayed = last.slice(-20).map(slots => Array.from(slots))
    assert.deepEqual(replayed, fleet.servers.managers.map(slots => Array.from(slots)))
  })

  test('tells a manager that gives other slots', async () => {
    const { trace } = await traced()
    class Highest {
      constructor () { this.next = 0 }
      get () { return this.next++ }
      put () {}
    }
    const right = replay(trace.data, managers['this package'])
    assert.equal(replay(trace.data, managers["0.1.0's heap"]), right)
    assert.notEqual(replay(trace.data, () => new Highest()), right)
  })

  test('can be timed', async () => {
    const { trace } = await traced()
    const { 'this package': ours } = await timeTrace(trace, ['this package'])
    assert.ok(ours.time >= 0 && ours.time < 60_000)
    assert.equal(ours.sum, replay(trace.data, managers['this package']))
  })
})

describe('progress', () => {
  function watch (stream) {
    const text = []
    let now = 0
    const progress = new Progress({ columns: 60, write: data => text.push(data), ...stream }, { now: () => now })
    return { text, progress, pass: milliseconds => { now += milliseconds } }
  }

  test('is a bar on a terminal, wiped at the end', () => {
    const { text, progress, pass } = watch({ isTTY: true })
    pass(2000)
    progress.at(0.5, 'half')
    progress.at(0.6, 'too soon')
    progress.end()
    assert.deepEqual(text, ['\r\x1b[K###############............... 50%  2 s  half', '\r\x1b[K'])
  })

  test('is a line now and then elsewhere', () => {
    const { text, progress, pass } = watch({})
    for (let second = 1; second <= 11; second++) {
      pass(1000)
      progress.at(second / 20, 'it runs')
    }
    progress.end()
    assert.deepEqual(text, [' 25%  5 s  it runs\n', ' 50%  10 s  it runs\n'])
  })
})
