'use strict'

// examples/requests.js: with the example server, and with servers that fail.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const serve = require('../../examples/limited-server')
const { request } = require('../../examples/requests')
const { connect, listen } = require('../support/callosum-servers')
const { listen: listenOn, onWindows, run, start, until } = require('../support/examples')

const SAFE = { isSafe: true }

/** A server that replies to the nth request, over all connections, with the nth of these. */
function replies (t, ...all) {
  const requests = []
  return listen(t, socket => {
    socket.write('0\r\n')
    socket.setEncoding('utf8').on('data', line => {
      requests.push(JSON.parse(line))
      const reply = all[requests.length - 1]
      if (reply === 'end') socket.end()
      else if (reply === 'reset') socket.resetAndDestroy()
      else if (reply !== 'nothing') for (const part of [].concat(reply)) setImmediate(() => socket.write(part))
    })
  }).then(server => Object.assign(server, { requests }))
}

/** A limited server whose repeat() waits for `allow` to be called. */
async function slowServer (t) {
  let isBusy = false
  let allow
  const allowed = new Promise(resolve => { allow = resolve })
  const repeat = async ({ text, times }) => {
    isBusy = true
    await allowed
    return text.repeat(times)
  }
  const limited = serve(10, () => ({ read: () => 0, repeat }))
  return { ...limited, allow, isBusy: () => isBusy, address: await listenOn(t, limited) }
}

describe('a request', { concurrency: 4 }, () => {
  test('gets its reply, and its connection is used again', async t => {
    const server = await replies(t, '{"result":7}\n', ['{"resu', 'lt":"\u00e4"}', '\n'])
    const client = connect(t, [server], { connections: 1 })
    assert.equal(await request(client, { method: 'read' }), 7)
    assert.equal(await request(client, { method: 'read' }), 'ä')
    assert.deepEqual([server.requests, server.accepted], [[{ method: 'read' }, { method: 'read' }], 1])
  })

  for (const failure of ['end', 'reset', 'nothing', 'no JSON\n', '{"result":1}\n{"result":2}\n']) {
    test(`that gets ${JSON.stringify(failure)} is sent again if it is safe, on a new connection`, async t => {
      const server = await replies(t, failure, failure, '{"result":7}\n')
      const client = connect(t, [server], { connections: 1 })
      assert.equal(await request(client, { method: 'read' }, { isSafe: true, timeout: 100 }), 7)
      assert.deepEqual([server.requests.length, server.accepted], [3, 3])
    })

    test(`that gets ${JSON.stringify(failure)} is sent once if it is not safe`, async t => {
      const server = await replies(t, failure)
      const client = connect(t, [server], { connections: 1 })
      await assert.rejects(request(client, { method: 'add', by: 1 }, { timeout: 100 }))
      assert.equal(server.requests.length, 1)
    })
  }

  test('is sent three times at most', async t => {
    const server = await replies(t, 'end', 'end', 'end', '{"result":7}\n')
    await assert.rejects(request(connect(t, [server]), {}, SAFE), { message: 'The server closed the connection before it replied' })
    assert.equal(server.requests.length, 3)
  })

  test('that gets an error as its reply is not sent again', async t => {
    const server = await replies(t, '{"error":"by must be an integer"}\n')
    await assert.rejects(request(connect(t, [server]), {}, SAFE), { message: 'by must be an integer' })
    assert.equal(server.requests.length, 1)
  })

  test('waits for a connection up to half of its deadline, for as many attempts as are left, though it is not safe', async t => {
    const server = await replies(t, '{"result":7}\n')
    const list = []
    const client = connect(t, () => list)
    setTimeout(() => list.push(server), 150)
    assert.equal(await request(client, {}, { timeout: 200 }), 7)
  })

  test('fails at once when the client is closed', async t => {
    const client = connect(t, [])
    const waiting = request(client, {}, { ...SAFE, timeout: 60000 })
    client.close()
    await assert.rejects(waiting, { code: 'ERR_CLIENT_CLOSED' })
  })
})

describe('a server that is told to end', { timeout: 30000 }, () => { // it gives up after a minute
  for (const times of [1, 1e7]) {
    test(`sends its reply of ${times} characters to the request under way before it ends the connection`, async t => {
      const server = await slowServer(t)
      const client = connect(t, [server.address], { connections: 2 })
      const reply = request(client, { method: 'repeat', text: 'x', times }, { timeout: 5000 })
      await until(() => server.isBusy() && server.slots.size === 2)
      const closing = server.close(60000)
      await until(() => server.slots.size === 1) // the idle one has ended
      server.allow()
      assert.ok(await reply === 'x'.repeat(times))
      await closing
    })
  }

  test('does not reply to a request that crosses the end of an idle connection; a safe one gets its reply elsewhere', async t => {
    const [first, second] = [await slowServer(t), await slowServer(t)]
    const list = [first.address]
    const client = connect(t, () => list, { connections: 2, outliers: false })
    await until(() => client.connections.length === 2)
    list[0] = second.address
    const closing = first.close(60000)
    const requests = [request(client, { method: 'read' }, SAFE), request(client, { method: 'repeat', text: 'x', times: 1 })]
    const [safe, unsafe] = await Promise.allSettled(requests)
    assert.equal(safe.value, 0)
    assert.match(String(unsafe.reason), /The server closed the connection before it replied/)
    await closing
  })
})

describe('the program', { skip: onWindows }, () => {
  for (const how of ['SIGINT', 'the end of what reads its output']) {
    test(`sends requests to the example server, and ends on ${how}`, async t => {
      const { port } = await start(t, ['examples/server.js'])
      const program = run(t, ['examples/requests.js', String(port)])
      await program.shows(/^{"method":"read"} {2}0$/)
      await program.shows(/^{"method":"add","by":1} {2}1$/)
      if (how === 'SIGINT') program.child.kill('SIGINT')
      else program.child.stdout.destroy()
      assert.deepEqual(await program.ends(), { code: 0, signal: null })
      assert.equal(program.stderr, '')
    })
  }

  test('says why a request failed', async t => {
    const program = run(t, ['examples/requests.js', '1'])
    await program.shows(/^{"method":"read"} {2}! No connection was idle within 250 ms, half of the timeout: there is none/)
  })
})
