'use strict'

// examples/client.js, against servers that give the slots a test wants.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const { describe, test } = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')

const CallosumClient = require('../../examples/client')

const CLIENT = path.join(__dirname, '..', '..', 'examples', 'client.js')
const SERVER = path.join(__dirname, '..', '..', 'examples', 'server.js')
const INTERVAL = 5 // ms
const HIGH = 999 // a slot that only an empty place is filled with
const WAIT = 5000 // ms: the longest that any test waits for any one thing

describe('the pool of the client', { concurrency: 2 }, () => {
  test('keeps the connections with the lowest slots, and closes the others', async t => {
    const server = await serve(t, ['7\r\n', '3\r\n', '9\r\n', '1\r\n', '5\r\n'])
    const client = connect(t, [server], { maxSlots: 2 })
    await until(() => server.accepted === 5 && server.open() === 2)
    assert.deepEqual(slotsOf(client), [1, 3])
  })

  test('keeps the older one of two with the same slot', async t => {
    const first = await serve(t, ['4\r\n'])
    const client = connect(t, [first], { maxSlots: 1 })
    await until(() => client.connections.length === 1)
    const second = await serve(t, ['4\r\n'])
    client.servers = [second]
    await until(() => second.accepted === 1 && second.open() === 0)
    assert.equal(client.connections[0].server, first)
  })

  test('leases the lowest slot that is idle, and nothing when none is', async t => {
    const server = await serve(t, ['2\r\n', '0\r\n'])
    const client = connect(t, [server], { maxSlots: 2 })
    await until(() => client.connections.length === 2)
    const leases = [client.lease(), client.lease()]
    assert.deepEqual(leases.map(({ slot }) => slot), [0, 2])
    assert.equal(client.lease(), undefined)
    leases[1].release()
    assert.equal(client.lease().slot, 2)
  })

  test('replaces a leased connection only after it is released', async t => {
    const server = await serve(t, ['8\r\n'])
    const client = connect(t, [server], { maxSlots: 1 })
    await until(() => client.connections.length === 1)
    const lease = client.lease()
    server.gives('2\r\n')
    await until(() => client.connections.length === 2)
    await sleep(10 * INTERVAL)
    assert.equal(lease.socket.destroyed, false)
    lease.release()
    assert.equal(lease.socket.destroyed, true)
    assert.deepEqual(slotsOf(client), [2])
  })

  test('does nothing when a connection is released again', async t => {
    const server = await serve(t, ['0\r\n'])
    const client = connect(t, [server], { maxSlots: 1 })
    await until(() => client.connections.length === 1)
    const { release } = client.lease()
    release()
    client.lease()
    release()
    assert.equal(client.lease(), undefined)
  })
})

describe('the rover of the client', { concurrency: 2 }, () => {
  test('reads a slot that comes in pieces', async t => {
    const server = await serve(t, [['1', '2', '\r', '\n']])
    const client = connect(t, [server], { maxSlots: 1 })
    await until(() => client.connections.length === 1)
    assert.deepEqual(slotsOf(client), [12])
  })

  for (const text of ['\r\n', '5\n', 'hello\r\n', '-1\r\n', '1.5\r\n', '12345678901\r\n', '3\r\n4\r\n']) {
    test(`closes a connection that begins with ${JSON.stringify(text)}`, async t => {
      const server = await serve(t, [text])
      const client = connect(t, [server], { maxSlots: 1 })
      const kept = []
      client.on('open', ({ slot }) => kept.push(slot))
      await until(() => kept.length > 0) // a later one
      assert.deepEqual(kept, [HIGH])
    })
  }

  test('gives up a server that sends no slot', async t => {
    const silent = await serve(t, [[]])
    const client = connect(t, [silent], { maxSlots: 1 })
    await until(() => silent.accepted === 1)
    await until(() => silent.open() === 0)
    silent.gives('0\r\n')
    await until(() => slotsOf(client)[0] === 0)
  })

  test('goes on past servers that refuse, reset and close', async t => {
    const resetting = await serve(t, [socket => socket.resetAndDestroy()], { forever: true })
    const closing = await serve(t, [socket => socket.end()], { forever: true })
    const refusing = await serve(t, [])
    await refusing.stop()
    const server = await serve(t, ['0\r\n', '1\r\n', '2\r\n'])
    const client = connect(t, [resetting, closing, refusing, server], { maxSlots: 3 })
    await until(() => client.connections.length === 3)
    assert.deepEqual(slotsOf(client), [0, 1, 2])
  })

  test('replaces the connections of a server that died', async t => {
    const servers = [await serve(t, ['0\r\n', '1\r\n', '2\r\n']), await serve(t, ['0\r\n', '1\r\n', '2\r\n'])]
    const client = connect(t, servers, { maxSlots: 3 })
    await until(() => client.connections.length === 3)
    await servers[0].stop()
    await until(() => client.connections.length === 3 && client.connections.every(({ server }) => server === servers[1]))
  })

  test('spreads its connections over servers that give the lowest slot', async t => {
    const CallosumServerSlots = require('../..')
    const servers = await Promise.all([0, 1, 2].map(() => {
      const slots = new CallosumServerSlots()
      return serve(t, [socket => {
        const lease = slots.lease()
        socket.on('close', lease.release)
        socket.write(`${lease.slot}\r\n`)
      }], { forever: true })
    }))
    const client = connect(t, servers, { maxSlots: 12 })
    await until(() => client.connections.length === 12 && slotsOf(client)[11] === 3)
    for (const server of servers) {
      assert.equal(client.connections.filter(connection => connection.server === server).length, 4)
    }
  })

  test('waits half an interval to one and a half between its roves', async t => {
    const server = await serve(t, ['0\r\n'], { forever: true })
    connect(t, [server], { maxSlots: 1, interval: 40 })
    await until(() => server.accepted === 20)
    const pauses = server.times.slice(1).map((time, i) => time - server.times[i])
    assert.ok(Math.min(...pauses) >= 18, pauses.join()) // the clock counts whole ms
    assert.ok(new Set(pauses).size > 3, pauses.join())
  })

  test('stops when it is told to, and close() ends leased connections too', async t => {
    const server = await serve(t, ['0\r\n', '1\r\n'])
    const client = connect(t, [server], { maxSlots: 2 })
    await until(() => client.connections.length === 2)
    client.lease()
    await client.stopRoving()
    server.gives('0\r\n')
    await sleep(10 * INTERVAL)
    assert.equal(server.accepted, 2)
    await client.close()
    await until(() => server.open() === 0 && client.connections.length === 0)
  })
})

describe('the client as a program', { concurrency: 2 }, () => {
  test('says what it keeps and what is gone, and ends on SIGINT', async t => {
    const server = run(t, [SERVER], { PORT: '0' })
    await until(() => /:\d+\n/.test(server.output))
    const [, port] = /:(\d+)\n/.exec(server.output)
    const client = run(t, [CLIENT, port])
    await until(() => /^\+ 1 /m.test(client.output))
    client.child.kill('SIGINT')
    await until(() => client.code !== undefined)
    assert.equal(client.code, 0)
    const lines = client.output.split('\n')
    assert.deepEqual(lines.slice(0, 2), [`+ 0  127.0.0.1:${port}  1 of 10`, `+ 1  127.0.0.1:${port}  2 of 10`])
    assert.match(lines[lines.length - 2], /^- \d+ {2}127\.0\.0\.1:\d+ {2}0 of 10$/)
    await until(() => / 0 in use\n$/.test(server.output))
  })

  test('says how it is used when it gets no ports', async t => {
    for (const args of [[], ['http'], ['0'], ['65536'], ['4040', '-1']]) {
      const client = run(t, [CLIENT, ...args])
      await until(() => client.code !== undefined)
      assert.equal(client.code, 1)
      assert.match(client.output, /^Usage: /)
    }
  })
})

/**
 * A server that gives each connection the next of `answers`: a text, a list of
 * texts that are sent one by one, or a function that gets the socket. To any
 * further connection it gives a slot that is higher than any.
 */
async function serve (t, answers, { forever = false } = {}) {
  const sockets = new Set()
  const queue = [...answers]
  const server = net.createServer({ noDelay: true }, async socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.resume()
    if (queue.length === 0) return socket.write(`${HIGH}\r\n`)
    address.accepted++
    address.times.push(Date.now())
    const answer = forever ? queue[0] : queue.shift()
    if (typeof answer === 'function') return answer(socket)
    for (const text of [answer].flat()) {
      socket.write(text)
      await sleep(10)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = { host: '127.0.0.1', port: server.address().port }
  Object.defineProperties(address, Object.getOwnPropertyDescriptors({
    accepted: 0, // with an answer
    times: [],
    open: () => sockets.size,
    gives: answer => queue.push(answer),
    stop () {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(resolve))
    }
  }))
  t.after(() => address.stop())
  return address
}

function connect (t, servers, options) {
  const client = new CallosumClient({ servers, interval: INTERVAL, ...options })
  t.after(() => client.close())
  return client
}

function slotsOf (client) {
  return client.connections.map(({ slot }) => slot)
}

function run (t, args, env) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const program = { child, output: '', code: undefined }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => { program.output += data })
  child.on('close', code => { program.code = code })
  return program
}

async function until (condition) {
  const end = Date.now() + WAIT
  while (!condition()) {
    assert.ok(Date.now() < end, `waited ${WAIT} ms for ${condition}`)
    await sleep(2)
  }
}
