'use strict'

// examples/server.js, as its clients and the person who starts it see it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { describe, test } = require('node:test')

const { ROOT, connect, dial, framesOf, onWindows, start, until } = require('../support/examples')

const SERVER = ['examples/server.js']

const startServer = (t, options) => start(t, SERVER, options)
const hasFreed = (server, { slot, port }) => server.shows(new RegExp(`^- ${slot}  127\\.0\\.0\\.1:${port}  `))
const connectMany = (t, { port }, count) => Promise.all(Array.from({ length: count }, () => connect(t, port)))

async function connectOneByOne (t, { port }, count) {
  const clients = []
  while (clients.length < count) clients.push(await connect(t, port))
  return clients
}

function assertNothingWrong ({ lines, end }) {
  assert.deepEqual(lines.filter(line => line.startsWith('!')), [])
  assert.equal(end, undefined)
}

describe('the server and its slots', { concurrency: 2 }, () => {
  test('gives clients that connect all at once a slot each, the lowest there are', async t => {
    const clients = await connectMany(t, await startServer(t), 100)
    const slots = clients.map(client => client.slot).sort((a, b) => a - b)
    assert.deepEqual(slots, Array.from({ length: 100 }, (_, i) => i))
  })

  const endings = {
    'closes (FIN)': client => client.socket.destroy(),
    'resets (RST)': client => client.socket.resetAndDestroy(),
    'half closes, and goes on to read': async client => {
      client.socket.end()
      await until(() => client.closed)
      assert.equal(client.received.length, 3)
    },
    'sends a megabyte without a line feed': client => client.socket.end(Buffer.alloc(1 << 20)),
    'sends what nobody asked for, then resets': client => client.socket.write(Buffer.alloc(1 << 15), () => client.socket.resetAndDestroy()),
    'sends requests, and does not read the replies': client => client.socket.pause().write('{"method":"read"}\n'.repeat(1e5), () => client.socket.destroy())
  }

  for (const [ending, end] of Object.entries(endings)) {
    test(`frees a slot once when its client ${ending}`, async t => {
      const server = await startServer(t)
      const clients = await connectOneByOne(t, server, 3)
      await end(clients[1])
      await hasFreed(server, clients[1])
      assert.deepEqual((await connectOneByOne(t, server, 2)).map(client => client.slot), [1, 3])
      assert.equal(server.lines.filter(line => line.startsWith('- ')).length, 1)
      assertNothingWrong(server)
    })
  }

  test('survives clients that reset at once', async t => {
    const server = await startServer(t)
    const clients = Array.from({ length: 50 }, () => dial(t, server.port))
    for (const { socket } of clients) socket.on('connect', () => socket.resetAndDestroy())
    for (const client of clients) await until(() => client.closed)
    await connect(t, server.port) // accepted after the others
    await until(() => / 1 in use\n$/.test(server.output))
    assertNothingWrong(server)
  })

  test('survives a connection that it fails to accept', async t => {
    const server = await startServer(t, { preload: ['failing-accept'] })
    await connect(t, server.port)
    await server.shows(/^! accept EMFILE$/)
    assert.equal((await connect(t, server.port)).slot, 1)
  })

  test('closes the connections that are more than it may have files open, without a slot, and says so', { skip: onWindows }, async t => {
    const server = await startServer(t, { shell: 'ulimit -n 64' })
    const clients = Array.from({ length: 100 }, () => dial(t, server.port))
    await server.shows(/^! full: 32 connections are as many as 64 open files allow \(ulimit -n\)$/)
    const closed = () => clients.filter(client => client.closed)
    await until(() => closed().length === 68)
    assert.ok(closed().every(client => client.received === ''))
    for (const client of clients) client.socket.destroy()
    await server.shows(/ 0 in use$/)
    assert.equal((await connect(t, server.port)).slot, 0)
  })
})

describe('the service of the server', () => {
  for (const [requests, replies] of [
    ['{"method":"add","by":2}\n{"method":"add","by":-5}\n{"method":"read"}\n', '{"result":2}\n{"result":-3}\n{"result":-3}\n'],
    ['{"method":"add","by":1.5}\n{"method":"toString"}\n', '{"error":"by must be an integer"}\n{"error":"there is no method toString"}\n']
  ]) {
    test(`replies ${JSON.stringify(replies)}`, async t => {
      const { socket, slot, ...client } = await connect(t, (await startServer(t)).port)
      let received = ''
      socket.on('data', data => { received += data })
      for (const character of requests) await new Promise(resolve => socket.write(character, resolve))
      await until(() => received === replies, () => received)
      assert.ok(!client.closed)
    })
  }

  test('replies to what is no request with an error, and goes on', async t => {
    const client = await connect(t, (await startServer(t)).port)
    client.socket.write('hello\nnull\n{"method":"read"}\n')
    await until(() => client.received.endsWith('{"result":0}\n'), () => client.received)
    assert.equal(client.received.match(/{"error":".+"}\n/g).length, 2)
  })
})

describe('the server, from start to end,', { concurrency: 2 }, () => {
  test('logs where it listens, then a line for each connection and disconnection', async t => {
    const server = await startServer(t)
    const [first, second] = await connectOneByOne(t, server, 2)
    first.socket.end()
    await hasFreed(server, first)
    assert.deepEqual(server.lines, [
      `listening on 127.0.0.1:${server.port}`,
      `+ 0  127.0.0.1:${first.port}  1 in use`,
      `+ 1  127.0.0.1:${second.port}  2 in use`,
      `- 0  127.0.0.1:${first.port}  1 in use`
    ])
  })

  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it without waiting for open connections`, { skip: onWindows }, async t => {
      const server = await startServer(t)
      const clients = await connectOneByOne(t, server, 20)
      clients[7].socket.end()
      await hasFreed(server, clients[7])
      server.child.kill(signal)
      assert.deepEqual(await server.ends(), { code: 0, signal: null })
      assert.equal(server.stderr, '')
      assert.equal(server.lines[server.lines.length - 1], 'connections served: 20')
      const freed = server.lines.filter(line => line.startsWith('- ')).map(line => Number(line.split(' ')[1]))
      assert.deepEqual(freed.sort((a, b) => a - b), clients.map(client => client.slot))
      for (const client of clients) await until(() => client.closed)
    })
  }

  test('ends when `npm start` is told to', { skip: onWindows }, async t => {
    const npm = spawn('npm', ['start'], { cwd: ROOT, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => npm.kill('SIGKILL'))
    let output = ''
    npm.stdout.on('data', data => { output += data })
    await until(() => /listening on/.test(output), undefined, 60000)
    npm.kill('SIGTERM')
    await until(() => /connections served: 0/.test(output))
  })

  test('ends with 0 when the reader of its output has closed it', async t => {
    const server = await startServer(t)
    server.child.stdout.destroy()
    for (let i = 0; i < 3; i++) dial(t, server.port) // what it writes of them fails
    assert.equal((await server.ends()).code, 0)
  })
})

describe('the server, on a terminal,', { concurrency: 2 }, () => {
  const last = server => framesOf(server.output).pop() || []
  const draws = (server, pattern) => until(() => pattern.test(last(server).join('\n')), () => `${pattern} on\n${last(server).join('\n')}`)

  test('draws the slots in place, and the last event', async t => {
    const server = await startServer(t, { terminal: '80x24' })
    await draws(server, /^# in use: 0 {3}highest: none$/m)
    const clients = await connectOneByOne(t, server, 53)
    await draws(server, /^# in use: 53 {3}highest: 52$/m)
    clients[3].socket.end()
    clients[52].socket.resetAndDestroy()
    await draws(server, /^# in use: 51 {3}highest: 51$/m)
    const [title, , news, ...rows] = last(server)
    assert.equal(title, `listening on 127.0.0.1:${server.port}   (Ctrl-C ends it)`)
    assert.match(news, /^- \d+ {2}127\.0\.0\.1:\d+ {2}51 in use$/)
    assert.deepEqual(rows, [
      '',
      '     0 ###.###### ########## ########## ########## ##########',
      '    50 ##........ .......... .......... .......... ..........'
    ])
  })

  test('fits the columns and the rows, whatever their number', async t => {
    const server = await startServer(t, { terminal: '80x24' })
    await connectMany(t, server, 130)
    await draws(server, /^# in use: 130 /m)
    for (const [columns, rows, shown] of [
      [200, 50, /^ {3}100 #{10} #{10} #{10} \.{10}/m],
      [117, 24, /^ {3}100 #{10} #{10} #{10} \.{10}/m],
      [116, 24, /^ {3}100 #{10} #{10} #{10} \.{10} \.{10}$/m],
      [40, 24, /^ {3}120 #{10} \.{10}$/m],
      [40, 9, /^ {4}60 #{10} #{10}\n {7}and more, up to 129$/m],
      [18, 24, /^ {3}120 #{10}$/m],
      [10, 6, /^ {5}0 ##$/m],
      [80, 3, /130 in use$/],
      [1, 1, /^$/]
    ]) {
      server.child.send({ columns, rows })
      await draws(server, shown)
      assert.ok(last(server).length <= rows && last(server).every(line => line.length < columns), last(server).join('\n'))
    }
  })

  test('restores the screen and the cursor at the end', { skip: onWindows }, async t => {
    const server = await startServer(t, { terminal: '80x24' })
    await connect(t, server.port)
    server.child.kill('SIGINT')
    assert.equal((await server.ends()).code, 0)
    assert.match(server.output, /\x1b\[\?1049h\x1b\[\?25l[^]*\x1b\[\?25h\x1b\[\?1049lconnections served: 1\n$/) // eslint-disable-line no-control-regex
  })
})
