'use strict'

// examples/cluster.js, as its clients see it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { test } = require('node:test')

const EXAMPLE = path.join(__dirname, '..', '..', 'examples', 'cluster.js')

test('each worker gives the lowest slots of its own', async t => {
  const { port } = await start(t, 2)
  const clients = []
  for (let i = 0; i < 10; i++) clients.push(await connect(t, port))
  const slots = clients.map(({ slot }) => slot).sort()
  assert.deepEqual(slots, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
})

test('a connection that ends frees its slot', async t => {
  const { port } = await start(t, 1)
  const clients = []
  for (let i = 0; i < 3; i++) clients.push(await connect(t, port))
  clients[1].socket.end()
  await once(clients[1].socket, 'close')
  assert.equal((await connect(t, port)).slot, 1)
})

test('a worker that is killed is replaced by one that begins at 0', async t => {
  const { port, pid, listens } = await start(t, 1)
  for (const slot of [0, 1]) assert.equal((await connect(t, port)).slot, slot)
  process.kill(pid, 'SIGKILL')
  const next = await listens()
  assert.notEqual(next.pid, pid)
  assert.equal((await connect(t, next.port)).slot, 0)
})

test('a port in use ends it with exit code 1', async t => {
  const { port } = await start(t, 1)
  const { child } = run(t, { PORT: String(port), WORKERS: '2' }, 'ignore')
  const [code] = await once(child, 'exit')
  assert.equal(code, 1)
})

function run (t, env, stderr = 'inherit') {
  const child = spawn(process.execPath, [EXAMPLE], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', stderr] })
  t.after(() => child.kill())
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

/** Starts it, and waits until all workers listen. */
async function start (t, workers) {
  const { lines } = run(t, { PORT: '0', WORKERS: String(workers) })
  const listens = async () => {
    for (;;) {
      const { value, done } = await lines.next()
      assert.ok(!done, 'it ended')
      const [, pid, port] = /^worker (\d+) listens on 127\.0\.0\.1:(\d+)$/.exec(value) || []
      if (pid !== undefined) return { pid: Number(pid), port: Number(port) }
    }
  }
  for (let i = 1; i < workers; i++) await listens()
  return { ...await listens(), listens }
}

async function connect (t, port) {
  const socket = net.connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  const [data] = await once(socket, 'data')
  assert.match(String(data), /^\d+\r\n$/)
  return { socket, slot: parseInt(data, 10) }
}
