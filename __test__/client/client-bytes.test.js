'use strict'

// What the client reads: the slot line to the byte, and the bytes after it, which
// belong to the lessee.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const net = require('node:net')
const { Readable } = require('node:stream')
const test = require('node:test')

const { PATIENCE, sleep, until, slots, pair, filled, slotsOf } = require('../support/callosum-servers.js')
const { hasOpenssl, securePair } = require('../support/client-tls.js')
const { STYLES, reading, single } = require('../support/client-streams.js')

const ONE = { interval: 60000 * PATIENCE }

/** Sends these texts, each in a segment of its own. */
async function send (socket, ...texts) {
  for (const text of texts) {
    socket.write(text)
    await sleep(10)
  }
}

for (const [name, texts, slot] of [
  ['in one piece', ['12\r\n'], 12],
  ['in pieces', ['1', '2\r', '\n'], 12],
  ['with a line feed alone', ['5\n'], 5],
  ['with leading zeros', ['0000000007\r\n'], 7],
  ['that is the highest', ['2147483646\r\n'], 2147483646]
]) {
  test(`a slot line ${name} is read`, async t => {
    const { client } = await pair(t, socket => send(socket, ...texts), ONE)
    await client.acquire()
    assert.deepEqual([slotsOf(client), client.failures], [[slot], []])
  })
}

/** Makes a server misbehave once. Returns the error with which it has failed. */
async function failureOf (t, misbehave, options, serverOptions) {
  const { server, client } = await pair(t, (socket, count) => count === 0 ? misbehave(socket) : socket.write('7\r\n'), { ...ONE, ...options }, serverOptions)
  await client.acquire()
  assert.deepEqual([slotsOf(client), client.failures.length], [[7], 1])
  assert.equal(client.failures[0].server, server)
  await until(() => server.sockets.size === 1)
  return client.failures[0].error
}

for (const text of [
  '\n', '\r\n', ' 5\r\n', '5 \r\n', '+5\r\n', '-1\r\n', '1.5\r\n', '0x1f\r\n', '5\r\r\n', '\r5\n', '٣\r\n', 'hello\r\n', '220 ready\r\n',
  '2147483647\r\n', '9999999999\r\n', '00000000005\r\n', '12345678901', 'x', '5\0\r\n', '\xff', 'HTTP/1.1 400 Bad Request\r\n\r\n'
]) {
  test(`a server that sends ${JSON.stringify(text)} has failed`, async t => {
    const { code, message } = await failureOf(t, socket => socket.write(text))
    assert.equal(code, 'ERR_SLOT_INVALID')
    assert.match(message, /^The server sent no slot, but "/)
  })
}

const SHORT = 100 * PATIENCE
const LATE = ['ERR_SLOT_TIMEOUT', `The server sent no slot within ${SHORT} ms`]
const MISSING = ['ERR_SLOT_MISSING', 'The server closed the connection before it sent a slot']

for (const [name, misbehave, [code, message], timeout = 60000, serverOptions = {}] of [
  ['sends nothing', () => {}, LATE, SHORT],
  ['sends a part of the line', socket => socket.write('12'), LATE, SHORT],
  ['puts its slot off by a byte now and then', async socket => {
    for (; !socket.destroyed; await sleep(30 * PATIENCE)) socket.write('0')
  }, LATE, SHORT],
  ['closes', socket => socket.end(), MISSING],
  ['closes after a part of the line', socket => socket.end('12\r'), MISSING],
  ['closes where half-open connections are allowed', socket => socket.end(), MISSING, 60000, { allowHalfOpen: true }],
  ['sends junk in pieces', socket => send(socket, '12345', 'abcdefghijklmnop\n'), ['ERR_SLOT_INVALID', 'The server sent no slot, but "12345abcdefg"']],
  ['floods before its slot', socket => socket.write(Buffer.alloc(1 << 24, '0')), ['ERR_SLOT_INVALID', 'The server sent no slot, but "000000000000"']]
]) {
  test(`a server that ${name} has failed`, async t => {
    const error = await failureOf(t, misbehave, { timeout }, serverOptions)
    assert.deepEqual([error.code, error.message], [code, message])
  })
}

test('a server that resets the connection has failed', async t => {
  const { code } = await failureOf(t, socket => socket.resetAndDestroy())
  assert.match(code, /^(ECONNRESET|ERR_SLOT_MISSING)$/)
})

const BYTES = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')
const BLOCK = Buffer.from(Array.from({ length: 5e6 }, (_, i) => i * 7 + (i >> 8)))

for (const style of STYLES) {
  for (const [name, texts] of [
    ['in the segment of the slot line', ['0\r\n220 ready\r\n']],
    ['in segments of their own', ['0\r\n', '220 ', 'ready\r', '\n']],
    ['that begin with a line feed', ['0\r\n\n\r\n', '1\r\n']],
    ['byte by byte', [...'0\r\n220 r']],
    ['of any value', [Buffer.from('0\r\n' + BYTES, 'latin1'), Buffer.from(BYTES, 'latin1')]]
  ]) {
    const sent = texts.map(text => text.toString('latin1')).join('').slice(3)
    for (const [when, pause] of [['while they arrive', 0], ['after that', 30 + 10 * texts.length]]) {
      test(`bytes ${name} reach whoever leases the connection ${when}, by ${style}`, async t => {
        const { client } = await pair(t, socket => send(socket, ...texts), ONE)
        if (pause > 0) {
          await filled(client)
          await sleep(pause)
        }
        const reader = reading((await client.acquire()).socket, style)
        await until(() => reader.text.length >= sent.length)
        await sleep(10)
        assert.equal(reader.text, sent)
      })
    }
  }

  test(`all of 5 MB that come while the connection is idle is read by ${style}`, async t => {
    const { client } = await pair(t, socket => {
      socket.write('0\r\n')
      socket.write(BLOCK)
    }, ONE)
    await filled(client)
    await sleep(100)
    const reader = reading(client.lease().socket, style)
    await until(() => reader.text.length >= BLOCK.length)
    assert.equal(Buffer.from(reader.text, 'latin1').equals(BLOCK), true)
  })

  test(`whoever leases the connection by ${style} sees its end`, async t => {
    const { client } = await pair(t, socket => {
      socket.write('0\r\nhello')
      setTimeout(() => socket.end('bye'), 50)
    }, ONE)
    const { socket } = await client.acquire()
    const ended = once(socket, 'end')
    const reader = reading(socket, style)
    await ended
    assert.equal(reader.text, 'hellobye')
  })
}

test('what a lessee leaves unread, and pushes back, reaches the next', async t => {
  const { client } = await pair(t, socket => socket.write('0\r\nhello world'), ONE)
  const { socket, release } = await client.acquire()
  await once(socket, 'data')
  socket.pause()
  socket.unshift(Buffer.from('again'))
  release()
  const reader = reading(client.lease().socket)
  await until(() => reader.text === 'again')
})

test('text that comes while idle is whole after setEncoding(), too', async t => {
  const euro = Buffer.from('€')
  const { client } = await pair(t, async socket => {
    socket.write('0\r\n')
    socket.once('data', () => send(socket, euro.slice(0, 1), euro.slice(1), 'x'))
  }, ONE)
  const { socket, release } = await client.acquire()
  socket.setEncoding('utf8')
  socket.write('go')
  release()
  await sleep(60)
  const reader = reading(client.lease().socket)
  await until(() => reader.text === '€x')
})

for (const [style, isLeased] of [['data', false], ['readable', false], ['data', true], ['readable', true]]) {
  test(`a listener that stays from 'open' on gets all bytes, once and in their order, by ${style}${isLeased ? ", although another listener of 'open' leases" : ''}`, async t => {
    const { client } = await pair(t, async socket => {
      socket.on('data', data => socket.write(data))
      await send(socket, '0\r\na', 'b')
    }, ONE)
    let reader = { text: '' }
    client.on('open', ({ socket }) => { reader = reading(socket, style) })
    if (isLeased) client.on('open', () => setImmediate(client.lease().release))
    await until(() => reader.text === 'ab')
    for (const [text, whileLeased] of [['c', false], ['d', true], ['e', false], ['f', true]]) {
      const { socket, release } = await client.acquire()
      socket.write(text)
      if (whileLeased) await until(() => reader.text.endsWith(text))
      release()
      await until(() => reader.text.endsWith(text))
    }
    assert.equal(reader.text, 'abcdef')
  })
}

test("a socket that is paused in the listener of 'open' stays so, and loses nothing", async t => {
  const { client } = await pair(t, socket => socket.write('0\r\nhello'), ONE)
  let reader
  client.on('open', ({ socket }) => {
    reader = reading(socket)
    socket.pause()
  })
  await filled(client)
  await sleep(30)
  assert.equal(reader.text, '')
  client.connections[0].socket.resume()
  await until(() => reader.text === 'hello')
})

test('a listener that is added while a flood has to wait gets all of it with the lease', async t => {
  const { client } = await pair(t, socket => socket.write('0\r\n' + 'x'.repeat(1e6)), ONE)
  await until(() => client.connections.length === 1 && client.connections[0].socket.isPaused())
  const reader = reading(client.connections[0].socket)
  client.lease()
  await until(() => reader.text.length === 1e6)
})

test("what came before a setEncoding() in the listener of 'open' is read as text, with what comes after it", async t => {
  const { client } = await pair(t, socket => send(socket, '0\r\nab', 'cd'), ONE)
  client.on('open', ({ socket }) => socket.setEncoding('utf8'))
  await filled(client)
  await sleep(60)
  const reader = reading(client.lease().socket)
  await until(() => reader.text === 'abcd')
})

test('a server that floods an idle connection has to wait', async t => {
  let written = 0
  const block = Buffer.alloc(1 << 16)
  const { client } = await pair(t, socket => {
    socket.write('0\r\n')
    new Readable({ read () { written += block.length; this.push(block) } }).pipe(socket)
  }, ONE)
  await filled(client)
  const used = process.memoryUsage().rss
  for (let before = -1; before !== written && before < 64e6;) { // until the buffers of the system are full
    before = written
    await sleep(200)
  }
  assert.ok(written < 64e6, String(written))
  assert.ok(client.connections[0].socket.bytesRead < 1e6)
  assert.ok(process.memoryUsage().rss - used < 128e6)
})

test("a connection that a listener of 'open' reads stays, though its buffer was full", async t => {
  const { clock, client, streams } = await single(t, {
    servers: 2, offers: 2, timeout: 200, fillInterval: 100, serve: () => undefined
  })
  let received = 0
  client.on('open', ({ socket }) => socket.on('data', data => { received += data.length }))
  await clock.advance(50)
  streams[0].push('0\n')
  streams[0].push(Buffer.alloc(400000))
  await clock.advance(400)
  assert.deepEqual([received, streams[0].destroyed], [400000, false])
})

const skip = !hasOpenssl && 'no openssl to make a certificate with'

for (const [name, greeting] of [['', ''], [' with a greeting in it', '220 ready\r\n'], [' with 200 kB in it', 'x'.repeat(2e5)]]) {
  for (const [way, end, makePair = pair, serverOptions = {}] of [
    ['ends', socket => socket.end()],
    ['destroys', socket => socket.destroy()],
    ['resets', socket => socket.resetAndDestroy()],
    ['ends, half-open,', socket => socket.end(), pair, { allowHalfOpen: true }],
    ['ends over TLS', socket => socket.end(), securePair]
  ]) {
    test(`an idle connection${name} that the server ${way} is noticed and closed`, { skip: makePair === securePair && skip }, async t => {
      const { server, client } = await makePair(t, (socket, count) => {
        socket.write(`${count}\r\n${greeting}`)
        socket.resume()
        if (count === 0) setTimeout(end, 50, socket)
      }, { ...ONE, timeout: 2 * SHORT }, serverOptions)
      await until(() => slotsOf(client)[0] === 1 && server.sockets.size === 1)
      assert.equal(client.closed.length, 1)
      assert.equal(client.closed[0], client.opened[0])
    })
  }
}

test('a leased connection whose server has ended is closed at its release where half-open ones are allowed', async t => {
  const { server, client } = await pair(t, (socket, count) => socket.write(`${count}\r\n`), ONE, { allowHalfOpen: true })
  const { socket, release } = await client.acquire()
  for (const socket of server.sockets) socket.end()
  await once(socket.resume(), 'end')
  assert.equal(socket.destroyed, false)
  release()
  await until(() => slotsOf(client)[0] === 1)
})

for (const [what, prepare] of [['paused', socket => socket.pause()], ['set an encoding on', socket => socket.setEncoding('latin1')]]) {
  test(`a socket that options.connect() has ${what} is read`, async t => {
    const { client } = await pair(t, slots(3), { connect: options => prepare(net.connect(options)) })
    await filled(client)
    assert.deepEqual([slotsOf(client), client.failures], [[3], []])
  })
}

for (const style of STYLES) {
  test(`over TLS, the slot and all bytes after it are read by ${style}`, { skip }, async t => {
    const { client } = await securePair(t, async socket => {
      socket.on('data', data => socket.write(data))
      await send(socket, '4\r\n220 ', 'ready\r\n')
    }, ONE)
    await filled(client)
    await sleep(50)
    const { socket, slot } = client.lease()
    assert.deepEqual([slot, socket.authorized], [4, true])
    const reader = reading(socket, style)
    socket.write('hello')
    await until(() => reader.text === '220 ready\r\nhello')
  })
}
