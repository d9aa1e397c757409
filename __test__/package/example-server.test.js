'use strict'

// examples/server.js, as its clients and the person who starts it see it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const net = require('node:net')
const path = require('node:path')
const { describe, test } = require('node:test')

const { randomFrom } = require('../support/states')

const SERVER = path.join(__dirname, '..', '..', 'examples', 'server.js')
const FAILING_ACCEPT = path.join(__dirname, '..', 'support', 'preload', 'failing-accept.js')
const TERMINAL = path.join(__dirname, '..', 'support', 'preload', 'terminal.js')
const TWO_SLOTS = path.join(__dirname, '..', 'support', 'preload', 'two-slots.js')

// The longest that any test waits for any one thing, in ms; longer under an emulator.
const WAIT = 3000 * Number(process.env.TEST_PATIENCE || 1)
const onWindows = process.platform === 'win32' && 'Windows does not have it'

const seed = Number(process.env.SEED || Math.floor(Math.random() * 2 ** 32))

describe('the server and its slots', { concurrency: 2 }, () => {
  test(`gives every client the lowest free slot, as clients come, end and reset (SEED=${seed})`, async t => {
    const random = randomFrom(seed)
    const server = await start(t)
    const clients = []

    async function open (count) {
      for (let i = 0; i < count; i++) {
        const taken = new Set(clients.map(client => client.slot))
        let lowest = 0
        while (taken.has(lowest)) lowest++
        const client = await server.connect()
        assert.equal(client.slot, lowest, `with ${clients.length} others connected`)
        clients.push(client)
      }
    }

    async function leave (count, how) {
      const leavers = []
      while (leavers.length < count) leavers.push(...clients.splice(random(clients.length), 1))
      for (const client of leavers) how(client.socket)
      for (const client of leavers) await server.hasFreed(client)
    }

    await open(200)
    await leave(100, socket => socket.end())
    await open(30)
    await leave(60, socket => socket.resetAndDestroy())
    await open(100)
    for (let i = 0; i < 20; i++) {
      await leave(random(3), socket => socket.end())
      await leave(random(3), socket => socket.resetAndDestroy())
      await open(random(6))
    }
    server.assertNothingWrong()
  })

  test('gives clients that connect all at once a slot each, the lowest there are', async t => {
    const server = await start(t)
    const clients = await Promise.all(Array.from({ length: 100 }, () => server.connect()))
    const slots = clients.map(client => client.slot).sort((a, b) => a - b)
    assert.deepEqual(slots, Array.from({ length: 100 }, (_, i) => i))
  })

  test('writes the digits of the slot, \\r\\n, and not a byte more', async t => {
    const server = await start(t)
    const clients = []
    for (let slot = 0; slot < 12; slot++) clients.push(await server.connect())
    for (const client of clients) client.socket.end()
    for (const [slot, client] of clients.entries()) {
      await until(() => client.closed, () => `client ${slot} to be closed`)
      assert.deepEqual(client.received, Buffer.from(`${slot}\r\n`, 'latin1'))
    }
  })

  const endings = {
    'closes (FIN)': client => client.socket.destroy(),
    'resets (RST)': client => client.socket.resetAndDestroy(),
    'half closes, and goes on to read': async client => {
      client.socket.end()
      await until(() => client.closed, () => 'the server to close its half')
      assert.equal(client.received.length, 3)
    },
    'sends a megabyte, then half closes': client => client.socket.end(Buffer.alloc(1 << 20)),
    'sends what nobody asked for, then resets': client => {
      client.socket.write(Buffer.alloc(1 << 16), () => client.socket.resetAndDestroy())
    }
  }

  for (const [ending, end] of Object.entries(endings)) {
    test(`frees a slot once when its client ${ending}`, async t => {
      const server = await start(t)
      const clients = []
      for (let i = 0; i < 3; i++) clients.push(await server.connect())
      await end(clients[1])
      await server.hasFreed(clients[1])
      assert.equal((await server.connect()).slot, 1)
      assert.equal((await server.connect()).slot, 3)
      assert.equal(server.lines.filter(line => line.startsWith('- ')).length, 1)
      server.assertNothingWrong()
    })
  }

  test('frees a slot when its client never reads, and ends', async t => {
    const server = await start(t)
    const socket = net.connect(server.port, '127.0.0.1')
    t.after(() => socket.destroy())
    await server.shows(/^\+ 0 /)
    socket.end() // nothing has read its slot, nor will
    await server.shows(/^- 0 .* 0 in use$/)
    server.assertNothingWrong()
  })

  test('survives clients that reset at once', async t => {
    const server = await start(t)
    const clients = Array.from({ length: 50 }, () => server.dial())
    for (const { socket } of clients) socket.on('connect', () => socket.resetAndDestroy())
    for (const client of clients) await until(() => client.closed, () => 'the clients to reset')
    await server.connect() // accepted after the others
    await until(() => / 1 in use\n$/.test(server.output), () => `1 in use\n${server.output}`)
    server.assertNothingWrong()
  })

  test('closes a connection without a slot when none is free', async t => {
    const server = await start(t, { preload: TWO_SLOTS })
    const first = await server.connect()
    await server.connect()
    const third = server.dial()
    await until(() => third.closed, () => 'the third client to be closed')
    assert.equal(third.received.length, 0)
    await server.shows(/^! full: 2 connections are as many as \d+ open files allow \(ulimit -n\)$/)

    first.socket.end()
    await server.hasFreed(first)
    assert.equal((await server.connect()).slot, 0)
  })

  test('survives a connection that it fails to accept', async t => {
    const server = await start(t, { preload: FAILING_ACCEPT })
    await server.connect()
    await server.shows(/^! accept EMFILE$/)
    assert.equal((await server.connect()).slot, 1)
  })

  test('closes the connections that are more than it may have files open, and says so', { skip: onWindows }, async t => {
    const server = await start(t, { shell: 'ulimit -n 64' })
    const clients = Array.from({ length: 100 }, () => server.dial())
    await server.shows(/^! full: 32 connections are as many as 64 open files allow \(ulimit -n\)$/)
    await until(() => clients.filter(client => client.closed).length === 68, () => `68 clients to be closed\n${server.output}`)
    for (const client of clients) client.socket.destroy()
    await server.shows(/ 0 in use$/)
    assert.equal((await server.connect()).slot, 0)
  })
})

describe('the server, from start to end,', { concurrency: 2 }, () => {
  test('says first where it listens', async t => {
    const server = await start(t)
    assert.equal(server.output, `listening on 127.0.0.1:${server.port}\n`)
  })

  test('logs a line for each connection and disconnection', async t => {
    const server = await start(t)
    const first = await server.connect()
    const second = await server.connect()
    first.socket.end()
    await server.hasFreed(first)
    assert.deepEqual(server.lines.slice(1), [
      `+ 0  127.0.0.1:${first.port}  1 in use`,
      `+ 1  127.0.0.1:${second.port}  2 in use`,
      `- 0  127.0.0.1:${first.port}  1 in use`
    ])
  })

  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} ends it without waiting for open connections`, { skip: onWindows }, async t => {
      const server = await start(t)
      const clients = []
      for (let i = 0; i < 20; i++) clients.push(await server.connect())
      clients[7].socket.end()
      await server.hasFreed(clients[7])

      const then = Date.now()
      server.child.kill(signal)
      const end = await server.ends()
      assert.ok(Date.now() - then < 10000)
      assert.deepEqual(end, { code: 0, signal: null, stderr: '' })
      assert.equal(server.lines[server.lines.length - 1], 'connections served: 20')

      const freed = server.lines.filter(line => line.startsWith('- ')).map(line => Number(line.split(' ')[1]))
      assert.deepEqual(freed.sort((a, b) => a - b), clients.map(client => client.slot))
      for (const client of clients) await until(() => client.closed, () => 'its clients to be closed')
    })
  }

  test('a port in use gets one line on stderr and exit code 1', async t => {
    const { port } = await start(t)
    const second = run(t, { env: { PORT: String(port) } })
    const { code, stderr } = await second.ends()
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use; set PORT to another\\n$`))
    assert.equal(second.output, '')
  })

  test('an invalid PORT gets one line on stderr and exit code 1', async t => {
    await Promise.all(['http', '-1', '65536', '40.4', '0x10'].map(async port => {
      const server = run(t, { env: { PORT: port } })
      const { code, stderr } = await server.ends()
      assert.equal(code, 1)
      assert.equal(stderr, `PORT must be an integer from 0 to 65535, but is '${port}'\n`)
      assert.equal(server.output, '')
    }))
  })
})

describe('the server, on a terminal,', { concurrency: 2 }, () => {
  test('draws the slots in place', async t => {
    const { server, screen } = await startOnTerminal(t, 80, 24)
    await screen.comesToShow(/^# in use: 0 {3}highest: none$/m)
    assert.equal(screen.lines[0], `listening on 127.0.0.1:${server.port}   (Ctrl-C ends it)`)
    assert.ok(screen.alternate && !screen.cursor)

    const clients = []
    for (let i = 0; i < 53; i++) clients.push(await server.connect())
    await screen.comesToShow(/^# in use: 53 {3}highest: 52$/m)
    clients[3].socket.end()
    clients[52].socket.resetAndDestroy()
    await screen.comesToShow(/^# in use: 51 {3}highest: 51$/m)
    assert.deepEqual(screen.lines.slice(3), [
      '',
      '     0 ###.###### ########## ########## ########## ##########',
      '    50 ##........ .......... .......... .......... ..........'
    ])

    clients[50].socket.end()
    clients[51].socket.end()
    await screen.comesToShow(/^# in use: 49 {3}highest: 49$/m)
    assert.deepEqual(screen.lines.slice(3), [
      '',
      '     0 ###.###### ########## ########## ########## ##########'
    ])
  })

  test('shows the last event', async t => {
    const { server, screen } = await startOnTerminal(t, 80, 24)
    const { port } = await server.connect()
    await screen.comesToShow(new RegExp(`^\\+ 0 {2}127\\.0\\.0\\.1:${port} {2}1 in use$`, 'm'))
  })

  test('draws at most 20 times a second', async t => {
    const started = Date.now()
    const { server, screen } = await startOnTerminal(t, 80, 24)
    for (let i = 0; i < 200; i++) (await server.connect()).socket.end()
    await screen.comesToShow(/ 0 in use$/m)
    const frames = server.output.split('\x1b[H').length - 1
    assert.ok(frames <= 2 + (Date.now() - started) / 50, `${frames} frames in ${Date.now() - started} ms`)
  })

  test('fits the columns and the rows, whatever their number', async t => {
    const { server, screen } = await startOnTerminal(t, 80, 24) // the screen asserts it
    await Promise.all(Array.from({ length: 130 }, () => server.connect()))
    await screen.comesToShow(/^# in use: 130 /m)
    const sizes = [
      [200, 50, /^ {3}100 #{10} #{10} #{10} \.{10}/m],
      [117, 24, /^ {3}100 #{10} #{10} #{10} \.{10}/m],
      [116, 24, /^ {3}100 #{10} #{10} #{10} \.{10} \.{10}$/m],
      [40, 24, /^ {3}120 #{10} \.{10}$/m],
      [40, 9, /^ {4}60 #{10} #{10}\n {7}and more, up to 129$/m],
      [18, 24, /^ {3}120 #{10}$/m],
      [10, 6, /^ {5}0 ##$/m],
      [80, 3, /130 in use$/],
      [1, 1, /^$/]
    ]
    for (const [columns, rows, shown] of sizes) {
      server.resize(columns, rows)
      await screen.comesToShow(shown)
    }
  })

  test('restores the screen and the cursor at the end', { skip: onWindows }, async t => {
    const { server, screen } = await startOnTerminal(t, 80, 24)
    await server.connect()
    await screen.comesToShow(/^# in use: 1 /m)
    server.child.kill('SIGINT')
    assert.deepEqual(await server.ends(), { code: 0, signal: null, stderr: '' })
    assert.ok(screen.cursor && !screen.alternate)
    assert.deepEqual(screen.lines, [`listening on 127.0.0.1:${server.port}`, 'connections served: 1'])
  })
})

// ---- A server to test, and its clients ----

const children = new Set()
process.on('exit', () => { for (const child of children) child.kill('SIGKILL') })

/** Runs the server; it is killed when the test `t` ends, however it ends. */
function run (t, { env, preload, shell, onOutput = () => {} } = {}) {
  const command = [process.execPath, ...(preload ? ['-r', preload] : []), SERVER]
  if (shell) command.unshift('sh', '-c', `${shell} && exec "$0" "$@"`)
  const child = spawn(command[0], command.slice(1), {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  children.add(child)
  t.after(() => child.kill('SIGKILL'))

  const server = {
    child,
    output: '',
    port: undefined,
    get lines () { return server.output.split('\n').slice(0, -1) },

    async ends () {
      await until(() => end, () => `the server to end\n${server.output}`)
      return end
    },

    async shows (pattern) {
      await until(() => server.lines.some(line => pattern.test(line)), () => `${pattern} in\n${server.output}`)
    },

    /** A new client, whose slot may be yet to come. */
    dial () {
      const socket = net.connect(server.port, '127.0.0.1')
      t.after(() => socket.destroy())
      const client = { socket, received: Buffer.alloc(0), closed: false, slot: undefined, port: undefined }
      socket.on('connect', () => { client.port = socket.localPort })
      socket.on('data', data => {
        client.received = Buffer.concat([client.received, data])
        changed()
      })
      for (const event of ['end', 'close']) {
        socket.on(event, () => {
          client.closed = true
          changed()
        })
      }
      socket.on('error', () => {})
      return client
    },

    /** A new client that has its slot. */
    async connect () {
      const client = server.dial()
      await until(() => client.received.includes('\n') || client.closed, () => `a slot\n${server.output}`)
      assert.match(client.received.toString('latin1'), /^(0|[1-9]\d*)\r\n$/)
      client.slot = parseInt(client.received, 10)
      return client
    },

    async hasFreed ({ slot, port }) {
      await server.shows(new RegExp(`^- ${slot}  127\\.0\\.0\\.1:${port}  `))
    },

    assertNothingWrong () {
      assert.deepEqual(server.lines.filter(line => line.startsWith('!')), [])
      assert.equal(end, undefined)
    }
  }

  let stderr = ''
  let end
  child.stdout.setEncoding('latin1').on('data', data => {
    server.output += data
    onOutput(data)
    changed()
  })
  child.stderr.setEncoding('utf8').on('data', data => { stderr += data })
  child.on('close', (code, signal) => {
    children.delete(child)
    end = { code, signal, stderr }
    changed()
  })
  return server
}

/** Runs the server, and waits until it listens. */
async function start (t, options) {
  const server = run(t, options)
  await server.shows(/^listening on 127\.0\.0\.1:\d+$/)
  server.port = Number(/:(\d+)\n/.exec(server.output)[1])
  return server
}

async function startOnTerminal (t, columns, rows) {
  const screen = new Screen(columns, rows)
  const server = await start(t, {
    preload: TERMINAL,
    env: { TERMINAL: `${columns}x${rows}` },
    onOutput: data => screen.write(data)
  })
  // Call it only when no frame is under way, which would be of the old size.
  server.resize = (columns, rows) => {
    screen.resize(columns, rows)
    server.child.send({ columns, rows })
  }
  return { server, screen }
}

/**
 * A terminal that knows no more than it needs to. It holds the server to what
 * fits: a frame that wraps or scrolls, or a sequence unknown to it, is a fault.
 */
class Screen {
  constructor (columns, rows) {
    this.main = []
    this.cursor = true
    this.alternate = false
    this.fault = null
    this.pending = ''
    this.resize(columns, rows)
  }

  resize (columns, rows) {
    Object.assign(this, { columns, rows, drawn: [], row: 0, column: 0 })
  }

  get lines () {
    return this.alternate ? this.drawn.map(line => line.trimEnd()) : this.main.join('').split('\n').slice(0, -1)
  }

  write (data) {
    const parts = (this.pending + data).match(/\x1b\[[?\d;]*[a-zA-Z]|\x1b[^a-zA-Z]*$|[^]/g) // eslint-disable-line no-control-regex
    this.pending = /^\x1b[^a-zA-Z]*$/.test(parts[parts.length - 1]) ? parts.pop() : '' // eslint-disable-line no-control-regex
    for (const part of parts) this.take(part)
  }

  take (part) {
    const { drawn, row, column } = this
    const line = (drawn[row] || '').padEnd(column)
    switch (part) {
      case '\x1b[?1049h': this.alternate = true; break
      case '\x1b[?1049l': this.alternate = false; break
      case '\x1b[?25h': this.cursor = true; break
      case '\x1b[?25l': this.cursor = false; break
      case '\x1b[32m': break
      case '\x1b[m': break
      case '\x1b[H': this.row = this.column = 0; break
      case '\x1b[K': drawn[row] = line.slice(0, column); break
      case '\x1b[J':
        drawn[row] = line.slice(0, column)
        drawn.length = row + 1
        break
      default:
        if (!this.alternate) {
          this.main.push(part)
        } else if (part === '\n') {
          if (row + 1 === this.rows) this.fault = 'it scrolled'
          this.row++
          this.column = 0
        } else if (part >= ' ' && part <= '~') {
          if (column === this.columns) this.fault = 'it wrapped'
          drawn[row] = line.slice(0, column) + part + line.slice(column + 1)
          this.column++
        } else {
          this.fault = `it got ${JSON.stringify(part)}`
        }
    }
  }

  async comesToShow (pattern) {
    const shows = () => this.alternate && this.pending === '' && pattern.test(this.lines.join('\n'))
    await until(() => this.fault || shows(), () => `${pattern} on\n${this.lines.join('\n')}`)
    assert.equal(this.fault, null)
  }
}

const waiting = new Set()

/** Is called when anything has happened that `until` may wait for. */
function changed () {
  for (const check of waiting) check()
}

function until (condition, describe) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check)
      reject(new Error(`Waited ${WAIT} ms for ${describe()}`))
    }, WAIT)
    function check () {
      if (!condition()) return
      clearTimeout(timer)
      waiting.delete(check)
      resolve()
    }
    waiting.add(check)
    check()
  })
}
