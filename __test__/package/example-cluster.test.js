'use strict'

// examples/cluster.js, as its clients see it.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const { connect, dial, onWindows, run, until } = require('../support/examples')

const CLUSTER = ['examples/cluster.js']
const LISTENS = /^worker (\d+) \((\d+)\) listens on 127\.0\.0\.1:(\d+)$/

/** Starts it, and waits until all workers listen. */
async function start (t, workers, env) {
  const program = run(t, CLUSTER, { env: { WORKERS: String(workers), ...env } })
  const listening = () => program.lines.map(line => LISTENS.exec(line)).filter(Boolean)
    .map(([, index, pid, port]) => ({ index: Number(index), pid: Number(pid), port: Number(port) }))
  await until(() => listening().length === workers, () => program.output + program.stderr)
  return { program, listening, port: listening()[0].port }
}

async function numberOf (client) {
  client.received = ''
  client.socket.write('{"method":"number"}\n')
  await until(() => client.received.endsWith('\n'))
  return JSON.parse(client.received).result
}

describe('workers', { concurrency: 2 }, () => {
  test('on one port each give the lowest slots of their own', async t => {
    const { port } = await start(t, 2)
    const clients = []
    for (let i = 0; i < 10; i++) clients.push(await connect(t, port))
    assert.deepEqual(clients.map(({ slot }) => slot).sort(), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    const numbers = await Promise.all(clients.map(numberOf))
    assert.deepEqual(numbers.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('with a port each are servers of their own', async t => {
    const { listening } = await start(t, 2, { OWN_PORTS: '1' })
    for (const { index, port } of listening()) {
      const clients = [await connect(t, port), await connect(t, port)]
      assert.deepEqual(clients.map(({ slot }) => slot), [0, 1])
      assert.deepEqual(await Promise.all(clients.map(numberOf)), [index, 2 + index])
    }
  })

  test('that are killed are replaced by one that begins at 0', { skip: onWindows }, async t => {
    const { port, listening } = await start(t, 1)
    for (const slot of [0, 1]) assert.equal((await connect(t, port)).slot, slot)
    process.kill(listening()[0].pid, 'SIGKILL')
    await until(() => listening().length === 2)
    assert.equal(listening()[1].index, 0)
    assert.equal((await connect(t, listening()[1].port)).slot, 0)
  })

  test('end on SIGTERM with all connections', { skip: onWindows }, async t => {
    const { program, port } = await start(t, 2)
    const clients = await Promise.all(Array.from({ length: 6 }, () => connect(t, port)))
    for (const client of clients) client.socket.write('{"method":"number"}\n')
    await until(() => clients.every(({ received }) => received.endsWith('}\n')))
    program.child.kill('SIGTERM')
    assert.deepEqual(await program.ends(), { code: 0, signal: null })
    assert.equal(program.output.match(/^worker \d \(\d+\) ended \(0\)$/gm).length, 2)
    for (const client of clients) await until(() => client.closed)
    const late = dial(t, port)
    await until(() => late.closed)
    assert.equal(late.received, '')
  })
})
