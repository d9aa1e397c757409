'use strict'

// The recipes of docs/recipes.md: that they do what the page says, and that the page
// shows what is run.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } = require('node:fs')
const net = require('node:net')
const { tmpdir } = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')
const fc = require('fast-check')
const { NumberAllocator } = require('number-allocator')

const PacketIds = require('../../examples/packet-ids')
const Players = require('../../examples/players')
const { counter } = require('../../examples/service')
const serveWith = require('../../examples/limited-server')
const { limitOf } = require('../../examples/sizing')
const { sleep, until, connect } = require('../support/callosum-servers.js')
const { ROOT, run } = require('../support/child.js')
const { connect: connectTo, dial, listen, onWindows, start } = require('../support/examples')

const serve = maxSlots => serveWith(maxSlots, counter)
const page = readFileSync(path.join(ROOT, 'docs', 'recipes.md'), 'utf8')

describe('the page', () => {
  const unindented = text => text.split('\n').map(line => line.trim()).join('\n')
  const files = readdirSync(path.join(ROOT, 'examples')).filter(name => name.endsWith('.js'))
  const examples = files.map(name => unindented(readFileSync(path.join(ROOT, 'examples', name), 'utf8')))
  const blocks = page.match(/```js\n[^]*?```/g).map(block => block.slice(6, -4))
  const USE_OF_PLAYERS = blocks.find(block => block.includes('new Players('))

  test('shows code of the examples, word for word', () => {
    assert.ok(blocks.length >= 6)
    for (const block of blocks) {
      if (block === USE_OF_PLAYERS) continue
      assert.ok(examples.some(example => example.includes(unindented(block))), block)
    }
  })

  test('shows how the players are used', () => {
    const calls = []
    class Recorded {
      constructor (...values) { calls.push(['new', ...values]) }
      join (secret) { calls.push(['join', secret]) }
      leave (secret) { calls.push(['leave', secret]) }
      close () { calls.push(['close']) }
    }
    const emitter = { once: (name, listener) => listener() }
    new Function('Players', 'secret', 'socket', 'process', USE_OF_PLAYERS)(Recorded, 's', emitter, emitter) // eslint-disable-line no-new-func
    assert.deepEqual(calls, [['new', 'players.json', 60000], ['join', 's'], ['leave', 's'], ['close']])
    for (const [name] of calls.slice(1)) assert.equal(typeof Players.prototype[name], 'function')
  })

  test('gives the results of its commands', async () => {
    const [, command, output] = page.match(/```sh\nnode (examples\/sizing\.js .*)\n```\n\n```text\n([^]*?)```/)
    assert.equal(await run(command.split(' ')), output)
  })
})

describe('a server with a limit', () => {
  async function startServer (t, maxSlots) {
    const limited = serve(maxSlots)
    const address = await listen(t, limited)
    const open = async () => {
      const client = dial(t, address.port, { allowHalfOpen: true }) // it is busy: it does not end when the server does
      await until(() => client.received.endsWith('\n') || client.closed)
      return client
    }
    return { ...limited, open }
  }

  test('refuses what is too much, and counts it', async t => {
    const { open, metrics } = await startServer(t, 2)
    const opened = [await open(), await open(), await open()]
    assert.deepEqual(opened.map(({ received }) => received), ['0\r\n', '1\r\n', ''])
    assert.equal(metrics(), 'slots_in_use 2\nslots_highest 1\nslots_refused_total 1\n')
    opened[0].socket.destroy()
    await until(() => metrics().startsWith('slots_in_use 1\n'))
    assert.equal((await open()).received, '0\r\n')
  })

  test('closes when the last slot is back, which server.close() is too early for', async t => {
    const { open, server, slots, close } = await startServer(t, 5)
    const { socket } = await open()
    let sizeAtServerClose
    server.on('close', () => { sizeAtServerClose = slots.size })
    let isClosed = false
    const closing = close(60000).then(() => { isClosed = true })
    await sleep(50)
    assert.deepEqual([isClosed, slots.size], [false, 1])
    socket.end()
    await closing
    assert.equal(slots.size, 0)
    await until(() => sizeAtServerClose !== undefined)
    assert.equal(sizeAtServerClose, 1)
  })

  test('closes at once without connections, and after its patience with some', async t => {
    const idle = await startServer(t, 5)
    await idle.close(60000)
    const busy = await startServer(t, 5)
    const client = await busy.open()
    await busy.close(50)
    assert.equal(busy.slots.size, 0)
    await until(() => client.closed)
  })

  test('tells its figures over HTTP', async t => {
    const { port, metricsPort } = await startProgram(t)
    await connectTo(t, port)
    const response = await fetch(`http://127.0.0.1:${metricsPort}`)
    assert.match(response.headers.get('content-type'), /^text\/plain/) // Prometheus 3 wants it
    assert.equal(await response.text(), 'slots_in_use 1\nslots_highest 0\nslots_refused_total 0\n')
  })

  for (const [what, sent] of [['nothing', ''], ['part of a request', 'GET /metrics HTTP/1.1\r\nHost: x\r\n'], ['a request', 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n']]) {
    test(`ends on SIGTERM while a client of its metrics has sent ${what}`, { skip: onWindows }, async t => {
      const { child, ends, port, metricsPort, ...program } = await startProgram(t)
      const { socket } = await connectTo(t, port, { allowHalfOpen: true })
      const metrics = net.connect(metricsPort, '127.0.0.1').on('error', () => {}).resume()
      t.after(() => metrics.destroy())
      await once(metrics, 'connect')
      metrics.write(sent)
      child.kill('SIGTERM')
      await sleep(100)
      assert.equal(child.exitCode, null)
      socket.end()
      assert.deepEqual(await ends(), { code: 0, signal: null })
      await program.shows(/^slots in use at the end: 0$/)
    })
  }
})

async function startProgram (t) {
  const program = await start(t, ['examples/limited-server.js'], { env: { MAX_SLOTS: '3', METRICS_PORT: '0' } })
  const [, metricsPort] = await program.shows(/^metrics on (\d+)$/)
  return Object.assign(program, { metricsPort: Number(metricsPort) })
}

describe('players', () => {
  /** A file, and what opens it; all is closed and removed in the end. */
  function file (t) {
    const folder = mkdtempSync(path.join(tmpdir(), 'players-'))
    const name = path.join(folder, 'players.json')
    const opened = []
    t.after(() => {
      for (const players of opened) players.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const open = claimTime => {
      const players = new Players(name, claimTime)
      opened.push(players)
      return players
    }
    return { name, open }
  }

  test('keep their numbers over a restart, in whatever order they come back', t => {
    const { open } = file(t)
    const before = open(60000)
    assert.deepEqual(['a', 'b', 'c'].map(secret => before.join(secret)), [0, 1, 2])
    before.leave('b')
    before.close()
    const after = open(60000)
    assert.deepEqual(['d', 'c', 'b', 'a'].map(secret => after.join(secret)), [3, 2, 1, 0])
  })

  test('keep their numbers when they reconnect in time', t => {
    const players = file(t).open(60000)
    players.join('a')
    players.leave('a')
    assert.equal(players.join('b'), 1)
    assert.equal(players.join('a'), 0)
    assert.equal(players.join('a'), 0)
    assert.equal(players.slots.size, 2)
  })

  test('keep their numbers when they are back before the lost connection has ended', async t => {
    const players = file(t).open(20)
    players.join('a')
    players.join('a')
    players.leave('a')
    await sleep(60)
    assert.equal(players.join('b'), 1)
    players.leave('a')
    await until(() => players.slots.size === 1)
  })

  test('lose a number that they do not claim in time, after a restart too', async t => {
    const { open } = file(t)
    const before = open(60000)
    before.join('a')
    before.join('b')
    before.close()
    const after = open(50)
    assert.equal(after.join('b'), 1)
    await until(() => after.slots.size === 1)
    assert.equal(after.join('c'), 0)
    after.leave('c')
    after.leave('c')
    await until(() => after.slots.size === 1)
    assert.equal(after.join('d'), 0)
  })

  test('do not share a number that a file has twice, nor have two numbers', t => {
    const { name, open } = file(t)
    writeFileSync(name, '[["a",3],["b",3],["a",5]]')
    const players = open(60000)
    assert.deepEqual([players.join('a'), players.join('b'), players.slots.size], [3, 0, 2])
  })

  for (const text of ['', '{', '{"a":1}', 'null', '[["a"]]', '[["a",null]]', '[["a","1"]]', '[["a",-1]]', '[["a",1.5]]', '[["a",2147483647]]', '[[7,1]]', '[7]']) {
    test(`refuse a file with ${text || 'nothing'} in it, and leave it as it is`, t => {
      const { name, open } = file(t)
      writeFileSync(name, text)
      for (let i = 0; i < 2; i++) assert.throws(() => open(60000), error => error.message.startsWith(`${name} does not have the numbers of players: `))
      assert.equal(readFileSync(name, 'utf8'), text)
    })
  }

  test('have a file that only its owner can read, which is not written through a link', { skip: process.platform === 'win32' && 'Windows has no modes' }, t => {
    const { name, open } = file(t)
    const other = name + '.other'
    writeFileSync(other, 'untouched')
    symlinkSync(other, name + '.new')
    const players = open(60000)
    players.join('a')
    players.save()
    assert.equal(statSync(name).mode & 0o777, 0o600)
    assert.ok(lstatSync(name).isFile())
    assert.deepEqual([readFileSync(other, 'utf8'), readFileSync(name, 'utf8')], ['untouched', '[["a",0]]'])
  })

  test('have a file that one process at a time can use, also after a crash', async t => {
    const { name, open } = file(t)
    const script = `const players = new (require('./examples/players'))(${JSON.stringify(name)}, 1000); players.join('a'); players.save()`
    const other = spawn(process.execPath, ['-e', `${script}; console.log('has it'); setInterval(() => {}, 1000)`], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    assert.throws(() => open(60000), { message: `Process ${other.pid} has ${name}. If it is no server of players, remove ${name}.lock` })
    other.kill('SIGKILL')
    await once(other, 'exit')
    assert.equal(open(60000).join('a'), 0)
  })

  test('are saved by the first close() alone', t => {
    const { name, open } = file(t)
    const players = open(60000)
    players.join('a')
    players.close()
    players.close()
    players.save()
    assert.deepEqual(readdirSync(path.dirname(name)), ['players.json'])
    assert.equal(readFileSync(name, 'utf8'), '[["a",0]]')
  })
})

describe('the limit', () => {
  const fleet = { servers: 3, clients: 6, connections: 10 }

  async function keptWith (t, maxSlots) {
    const servers = Array.from({ length: fleet.servers }, () => serve(maxSlots))
    const list = await Promise.all(servers.map(server => listen(t, server)))
    const clients = Array.from({ length: fleet.clients }, () =>
      connect(t, list, { connections: fleet.connections, offers: 2, interval: 20, fillInterval: 10 }))
    const kept = () => clients.reduce((sum, { connections }) => sum + connections.length, 0)
    await until(() => kept() === 60)
    await servers[0].close(0)
    await sleep(1500)
    return kept()
  }

  test('that the page warns of leaves pools incomplete with one server down', async t => {
    const kept = await keptWith(t, 25)
    assert.ok(kept <= 50, String(kept))
  })

  test('that is computed lets them be complete', async t => {
    assert.equal(limitOf(fleet), 42)
    assert.equal(await keptWith(t, limitOf(fleet)), 60)
  })
})

describe('packet ids', () => {
  const max = fc.integer({ min: 2, max: 100 })
  const step = fc.tuple(fc.constantFrom('alloc', 'alloc', 'use', 'free', 'free', 'clear'), fc.nat(1e6))

  test('are what number-allocator gives, in random programs that leave the highest id vacant', () => {
    fc.assert(fc.property(max, fc.array(step, { maxLength: 300, size: 'max' }), (max, steps) => {
      const [ours, theirs] = [new PacketIds(1, max), new NumberAllocator(1, max)]
      const used = new Set()
      for (const [name, number] of steps) {
        const id = name === 'free' ? [...used][number % used.size] : 1 + number % (max - 1)
        if (id === undefined || (name === 'alloc' && theirs.firstVacant() === max)) continue
        const result = ours[name](id)
        assert.equal(result, theirs[name](id))
        assert.equal(ours.firstVacant(), theirs.firstVacant())
        if (name === 'clear') used.clear()
        else if (name === 'free') used.delete(id)
        else used.add(name === 'alloc' ? result : id)
      }
    }), { numRuns: 300 })
  })

  test('are not lost as number-allocator loses them', () => {
    const [ours, theirs] = [new PacketIds(1, 5), new NumberAllocator(1, 5)]
    for (const ids of [ours, theirs]) {
      ids.use(4)
      ids.use(5)
      ids.free(4)
    }
    assert.deepEqual([ours.firstVacant(), theirs.firstVacant()], [1, 3])
  })

  test('that are out of range, or vacant, are neither used nor freed', () => {
    const ids = new PacketIds(1, 10)
    assert.equal(ids.alloc(), 1)
    for (const id of [0, 11, -1, 1.5, NaN, 5]) ids.free(id)
    for (const id of [0, 11, -1, 1.5, NaN, 1]) assert.equal(ids.use(id), false)
    assert.deepEqual([ids.alloc(), ids.alloc()], [2, 3])
  })
})
