'use strict'

// What the client reads: the slot line to the byte, and the bytes after it, which
// belong to the lessee.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { Duplex, PassThrough } = require('node:stream')
const test = require('node:test')
const tls = require('node:tls')

const { PATIENCE, sleep, until, listen, slots, connect, slotsOf } = require('../support/callosum-servers.js')

const ONE = { connections: 1, interval: 60000 * PATIENCE }

/** Sends these texts, each in a segment of its own. */
async function send (socket, ...texts) {
  for (const text of texts) {
    socket.write(text)
    await sleep(10)
  }
}

// ---- The slot line ----

for (const [name, texts, slot] of [
  ['in one piece', ['12\r\n'], 12],
  ['in pieces', ['1', '2\r', '\n'], 12],
  ['with a line feed alone', ['5\n'], 5],
  ['with leading zeros', ['0000000007\r\n'], 7],
  ['that is the highest', ['2147483646\r\n'], 2147483646]
]) {
  test(`a slot line ${name} is read`, async t => {
    const server = await listen(t, socket => send(socket, ...texts))
    const client = connect(t, [server], ONE)
    await client.acquire()
    assert.deepEqual(slotsOf(client), [slot])
    assert.deepEqual(client.failures, [])
  })
}

for (const text of [
  '\n', '\r\n', ' 5\r\n', '5 \r\n', '+5\r\n', '-1\r\n', '1.5\r\n', '0x1f\r\n', '5\r\r\n', '\r5\n', '٣\r\n', 'hello\r\n', '220 ready\r\n',
  '2147483647\r\n', '9999999999\r\n', '00000000005\r\n', '12345678901', 'x', '5\0\r\n', '\xff', 'HTTP/1.1 400 Bad Request\r\n\r\n'
]) {
  test(`a server that sends ${JSON.stringify(text)} has failed`, async t => {
    const server = await listen(t, (socket, count) => socket.write(count === 0 ? text : '7\r\n'))
    const client = connect(t, [server], ONE)
    await client.acquire()
    assert.deepEqual(slotsOf(client), [7])
    const [failure, ...rest] = client.failures
    assert.deepEqual(rest, [])
    assert.equal(failure.server, server)
    assert.equal(failure.error.code, 'ERR_SLOT_INVALID')
    assert.match(failure.error.message, /^The server sent no slot, but "/)
    await until(() => server.sockets.size === 1)
  })
}

for (const [name, serve, code] of [
  ['sends nothing', () => {}, 'ERR_SLOT_TIMEOUT'],
  ['sends a part of the line', socket => socket.write('12'), 'ERR_SLOT_TIMEOUT'],
  ['closes', socket => socket.end(), 'ERR_SLOT_MISSING'],
  ['closes after a part of the line', socket => socket.end('12\r'), 'ERR_SLOT_MISSING']
]) {
  test(`a server that ${name} has failed`, async t => {
    const server = await listen(t, (socket, count) => count === 0 ? serve(socket) : socket.write('7\r\n'))
    const client = connect(t, [server], { ...ONE, timeout: 100 * PATIENCE })
    await client.acquire()
    assert.deepEqual(client.failures.map(({ server, error }) => [server, error.code]), [[server, code]])
    if (code === 'ERR_SLOT_MISSING') assert.equal(client.failures[0].error.message, 'The server closed the connection before it sent a slot')
  })
}

test('the error shows the first twelve characters of what came in pieces', async t => {
  const server = await listen(t, socket => send(socket, '12345', 'abcdefghijklmnop\n'))
  const client = connect(t, [server], ONE)
  await until(() => client.failures.length > 0)
  assert.equal(client.failures[0].error.message, 'The server sent no slot, but "12345abcdefg"')
})

test('a server that ends without a slot has failed at once where half-open connections are allowed, too', async t => {
  const server = await listen(t, (socket, count) => count === 0 ? socket.end() : socket.write('7\r\n'), { allowHalfOpen: true })
  const client = connect(t, [server], { ...ONE, timeout: 60000 })
  await client.acquire({ timeout: 5000 })
  assert.deepEqual(client.failures.map(({ error }) => error.code), ['ERR_SLOT_MISSING'])
})

test('the time for the slot line is a deadline, which no byte puts off', async t => {
  const server = await listen(t, async socket => {
    while (!socket.destroyed) await send(socket, '0')
  })
  const client = connect(t, [server], { ...ONE, timeout: 55 })
  await until(() => client.failures.length > 0)
  assert.equal(client.failures[0].error.code, 'ERR_SLOT_TIMEOUT')
  assert.equal(client.failures[0].error.message, 'The server sent no slot within 55 ms')
})

test('a server that resets the connection has failed', async t => {
  const server = await listen(t, socket => socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy())
  const client = connect(t, [server], ONE)
  await until(() => client.failures.length > 2)
  for (const { error } of client.failures) assert.match(error.code, /^(ECONNRESET|ERR_SLOT_MISSING)$/)
})

test('a server that floods before its slot is closed at once', async t => {
  const server = await listen(t, socket => socket.write(Buffer.alloc(1 << 24, '0')))
  const client = connect(t, [server], { ...ONE, timeout: 60000 })
  await until(() => client.failures.length > 0)
  assert.equal(client.failures[0].error.code, 'ERR_SLOT_INVALID')
  assert.equal(client.failures[0].error.message, 'The server sent no slot, but "000000000000"')
})

// ---- The bytes after it ----

const readers = {
  data: (socket, take) => socket.on('data', take),
  readable: (socket, take) => socket.on('readable', () => {
    for (let data = socket.read(); data !== null; data = socket.read()) take(data)
  }),
  pipe: (socket, take) => socket.pipe(new PassThrough()).on('data', take),
  'for await': async (socket, take) => {
    try {
      for await (const data of socket) take(data)
    } catch (error) { // where the test closes the socket first
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    }
  }
}

const BYTES = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('')

for (const [style, read] of Object.entries(readers)) {
  for (const [name, texts] of [
    ['in the segment of the slot line', ['0\r\n220 ready\r\n']],
    ['in segments of their own', ['0\r\n', '220 ', 'ready\r', '\n']],
    ['that begin with a line feed', ['0\r\n\n\r\n', '1\r\n']],
    ['byte by byte', [...'0\r\n220 r']],
    ['of any value', [Buffer.from('0\r\n' + BYTES, 'latin1'), Buffer.from(BYTES, 'latin1')]]
  ]) {
    test(`bytes ${name} reach whoever leases the connection, by ${style}`, async t => {
      const sent = texts.map(text => text.toString('latin1')).join('').slice(3)
      const server = await listen(t, socket => send(socket, ...texts))
      for (const pause of [0, 30 + 10 * texts.length]) { // leased while they arrive, and after that
        const client = connect(t, [server], ONE)
        if (pause > 0) {
          await until(() => client.connections.length === 1)
          await sleep(pause)
        }
        const { socket } = await client.acquire()
        let received = ''
        read(socket, data => { received += data.toString('latin1') })
        await until(() => received.length >= sent.length)
        await sleep(10)
        assert.equal(received, sent)
        await client.close({ timeout: 0 })
      }
    })
  }

  test(`all of 5 MB that come while the connection is idle is read by ${style}`, async t => {
    const block = Buffer.from(Array.from({ length: 5e6 }, (_, i) => i * 7 + (i >> 8)))
    const server = await listen(t, socket => {
      socket.write('0\r\n')
      socket.write(block)
    })
    const client = connect(t, [server], ONE)
    await until(() => client.connections.length === 1)
    await sleep(100)
    const { socket } = await client.acquire()
    const received = []
    let bytes = 0
    read(socket, data => {
      received.push(data)
      bytes += data.length
    })
    await until(() => bytes >= block.length)
    assert.equal(Buffer.concat(received).equals(block), true)
  })

  test(`whoever leases the connection by ${style} sees its end`, async t => {
    const server = await listen(t, socket => {
      socket.write('0\r\nhello')
      setTimeout(() => socket.end('bye'), 50)
    })
    const client = connect(t, [server], ONE)
    const { socket } = await client.acquire()
    let received = ''
    let hasEnded = false
    socket.on('end', () => { hasEnded = true })
    read(socket, data => { received += data })
    await until(() => hasEnded)
    assert.equal(received, 'hellobye')
  })
}

test('what a lessee leaves unread, and pushes back, reaches the next', async t => {
  const server = await listen(t, socket => socket.write('0\r\nhello world'))
  const client = connect(t, [server], ONE)
  const first = await client.acquire()
  await new Promise(resolve => first.socket.once('data', resolve))
  first.socket.pause()
  first.socket.unshift(Buffer.from('again'))
  first.release()
  const second = client.lease()
  let received = ''
  second.socket.on('data', data => { received += data })
  await until(() => received === 'again')
})

test('text that comes while idle is whole after setEncoding(), too', async t => {
  const euro = Buffer.from('€')
  const server = await listen(t, async socket => {
    socket.write('0\r\n')
    socket.once('data', () => send(socket, euro.slice(0, 1), euro.slice(1), 'x'))
  })
  const client = connect(t, [server], ONE)
  const first = await client.acquire()
  first.socket.setEncoding('utf8')
  first.socket.write('go')
  first.release()
  await sleep(60)
  const second = client.lease()
  let received = ''
  second.socket.on('data', data => { received += data })
  await until(() => received === '€x')
})

for (const [style, read, isLeased] of [['data', readers.data], ['readable', readers.readable], ['data', readers.data, true], ['readable', readers.readable, true]]) {
  test(`a listener that stays from 'open' on gets all bytes, once and in their order, by ${style}${isLeased ? ", although another listener of 'open' leases" : ''}`, async t => {
    const server = await listen(t, async socket => {
      socket.on('data', data => socket.write(data))
      await send(socket, '0\r\na', 'b')
    })
    const client = connect(t, [server], ONE)
    let received = ''
    client.on('open', ({ socket }) => read(socket, data => { received += data }))
    if (isLeased) client.on('open', () => setImmediate(client.lease().release))
    await until(() => received === 'ab')
    for (const [text, whileLeased] of [['c', false], ['d', true], ['e', false], ['f', true]]) {
      const lease = await client.acquire()
      lease.socket.write(text)
      if (whileLeased) await until(() => received.endsWith(text))
      lease.release()
      await until(() => received.endsWith(text))
    }
    assert.equal(received, 'abcdef')
  })
}

test("a socket that is paused in the listener of 'open' stays so, and loses nothing", async t => {
  const server = await listen(t, socket => socket.write('0\r\nhello'))
  const client = connect(t, [server], ONE)
  let received = ''
  client.on('open', ({ socket }) => socket.on('data', data => { received += data }).pause())
  await until(() => client.connections.length === 1)
  await sleep(30)
  assert.equal(received, '')
  client.connections[0].socket.resume()
  await until(() => received === 'hello')
})

test('a listener that is added while a flood has to wait gets all of it with the lease', async t => {
  const server = await listen(t, socket => socket.write('0\r\n' + 'x'.repeat(1e6)))
  const client = connect(t, [server], ONE)
  await until(() => client.connections.length === 1 && client.connections[0].socket.isPaused())
  let received = 0
  client.connections[0].socket.on('data', data => { received += data.length })
  client.lease()
  await until(() => received === 1e6)
})

test("what came before a setEncoding() in the listener of 'open' is read as text, with what comes after it", async t => {
  const server = await listen(t, socket => send(socket, '0\r\nab', 'cd'))
  const client = connect(t, [server], ONE)
  client.on('open', ({ socket }) => socket.setEncoding('utf8'))
  await until(() => client.connections.length === 1)
  await sleep(60)
  const { socket } = client.lease()
  let received = ''
  socket.on('data', data => { received += data })
  await until(() => received === 'abcd')
})

// ---- Floods and ends of idle connections ----

test('a server that floods an idle connection has to wait', async t => {
  let written = 0
  const server = await listen(t, socket => {
    socket.write('0\r\n')
    const block = Buffer.alloc(1 << 16)
    const fill = () => {
      while (!socket.destroyed && socket.write(block)) written += block.length
      written += block.length
    }
    socket.on('drain', fill)
    fill()
  })
  const client = connect(t, [server], ONE)
  await until(() => client.connections.length === 1)
  const used = process.memoryUsage().rss
  let before = -1
  while (before !== written) { // until the buffers of the system are full
    before = written
    await sleep(200)
  }
  assert.ok(written < 64e6, String(written))
  assert.ok(client.connections[0].socket.bytesRead < 1e6)
  assert.ok(process.memoryUsage().rss - used < 128e6)
  assert.equal(client.connections.length, 1)
})

test("a connection that a listener of 'open' reads stays, though its buffer was full", async t => {
  const stream = new Duplex({ read () {}, write (chunk, encoding, done) { done() } })
  const silent = new Duplex({ read () {}, write (chunk, encoding, done) { done() } })
  const streams = [stream, silent]
  const client = connect(t, [{ port: 1 }, { port: 2 }], { ...ONE, offers: 2, timeout: 200, fillInterval: 50, connect: () => streams.shift() || new Duplex({ read () {} }) })
  let received = 0
  client.on('open', ({ socket }) => socket.on('data', data => { received += data.length }))
  await until(() => streams.length === 0)
  stream.push('0\n')
  stream.push(Buffer.alloc(400000))
  await until(() => received === 400000)
  await sleep(300)
  assert.equal(stream.destroyed, false)
})

for (const [name, greeting] of [['', ''], [' with a greeting in it', '220 ready\r\n'], [' with 200 kB in it', 'x'.repeat(2e5)]]) {
  for (const [way, end] of [
    ['ends', socket => socket.end()],
    ['destroys', socket => socket.destroy()],
    ['resets', socket => socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy()]
  ]) {
    test(`an idle connection${name} that the server ${way} is noticed`, async t => {
      const server = await listen(t, (socket, count) => {
        socket.write(`${count}\r\n${greeting}`)
        socket.resume()
        if (count === 0) setTimeout(end, 50, socket)
      })
      const client = connect(t, [server], ONE)
      const closed = []
      client.on('close', ({ slot }) => closed.push(slot))
      await until(() => slotsOf(client)[0] === 1)
      assert.deepEqual(closed, [0])
    })
  }
}

test('an idle connection that the server has ended is closed where half-open ones are allowed, too', async t => {
  const server = await listen(t, (socket, count) => {
    socket.write(`${count}\r\n`)
    if (count === 0) socket.end()
  }, { allowHalfOpen: true })
  const client = connect(t, [server], ONE)
  await until(() => slotsOf(client)[0] === 1)
  await until(() => server.sockets.size === 1)
})

test('a leased connection whose server has ended is closed at its release where half-open ones are allowed', async t => {
  const server = await listen(t, (socket, count) => socket.write(`${count}\r\n`), { allowHalfOpen: true })
  const client = connect(t, [server], ONE)
  const lease = await client.acquire()
  lease.socket.resume()
  let hasEnded = false
  lease.socket.on('end', () => { hasEnded = true })
  for (const socket of server.sockets) socket.end()
  await until(() => hasEnded)
  assert.equal(lease.socket.destroyed, false)
  lease.release()
  await until(() => slotsOf(client)[0] === 1)
})

// ---- TLS ----

function certificate (t) {
  const folder = mkdtempSync(join(tmpdir(), 'client-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [key, cert] = ['key.pem', 'cert.pem'].map(name => join(folder, name))
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '36500',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

for (const [style, read] of Object.entries(readers)) {
  test(`over TLS, the slot and all bytes after it are read by ${style}`, { skip: !hasOpenssl && 'no openssl to make a certificate with' }, async t => {
    const { key, cert } = certificate(t)
    const server = await listen(t, async socket => {
      socket.on('data', data => socket.write(data))
      await send(socket, '4\r\n220 ', 'ready\r\n')
    }, { listener: handler => tls.createServer({ key, cert }, handler), servername: 'localhost', ca: cert })
    const client = connect(t, [server], { ...ONE, connect: tls.connect })
    await until(() => client.connections.length === 1)
    await sleep(50)
    const { socket, slot } = client.lease()
    assert.equal(slot, 4)
    assert.equal(socket.authorized, true)
    let received = ''
    read(socket, data => { received += data })
    socket.write('hello')
    await until(() => received === '220 ready\r\nhello')
  })
}

test('over TLS, a certificate that is not trusted fails', { skip: !hasOpenssl && 'no openssl to make a certificate with' }, async t => {
  const { key, cert } = certificate(t)
  const server = await listen(t, slots(0), { listener: handler => tls.createServer({ key, cert }, handler), servername: 'localhost' })
  const client = connect(t, [server], { ...ONE, connect: tls.connect })
  await until(() => client.failures.length > 0)
  assert.ok(client.failures[0].error instanceof Error)
  assert.deepEqual(client.connections, [])
})

test('over TLS, an idle connection that the server ends is noticed, with a greeting in it, too', { skip: !hasOpenssl && 'no openssl to make a certificate with' }, async t => {
  const { key, cert } = certificate(t)
  const server = await listen(t, (socket, count) => {
    socket.write(`${count}\r\n220 ready\r\n`)
    if (count === 0) setTimeout(() => socket.end(), 50)
  }, { listener: handler => tls.createServer({ key, cert }, handler), servername: 'localhost', ca: cert })
  const client = connect(t, [server], { ...ONE, connect: tls.connect })
  await until(() => slotsOf(client)[0] === 1)
})
