'use strict'

// Runs the README's samples word for word. The ports of the README may be in use on this
// machine: the server listens on a free one, and the client is led to it.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const net = require('node:net')
const { join } = require('node:path')
const test = require('node:test')
const { inspect } = require('node:util')
const vm = require('node:vm')
const CallosumServerSlots = require('../..')
const { CallosumClient } = require('../../client.js')

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8')
const samples = readme.match(/```js\n[^]*?```/g).map(block => block.slice(6, -3))
const [server, client, from010] = samples

/** Runs code with these modules in place. `logged` gets what it prints. */
function run (code, modules, logged = []) {
  vm.runInNewContext(code, {
    require: name => modules[name] || require(name),
    console: { log: (...values) => logged.push(values.join(' ')), error: error => logged.push(error.stack) },
    ...modules.globals
  })
  return logged
}

/** Runs the server's sample. Resolves to the server, which listens on a free port. */
async function listen (t) {
  let listening
  const createServer = handler => {
    const server = net.createServer(handler)
    t.after(() => server.close())
    return { listen: port => { listening = [server.listen(0, '127.0.0.1'), port] } }
  }
  run(server, { 'node:net': { createServer }, 'callosum-server-slots': CallosumServerSlots })
  await once(listening[0], 'listening')
  return { port: listening[0].address().port, wanted: listening[1] }
}

test('there are three samples', () => {
  assert.equal(samples.length, 3)
})

test('the server gives the first connection slot 0, as nc shows', async t => {
  const { port, wanted } = await listen(t)
  const [, shown, line] = readme.match(/\$ nc 127\.0\.0\.1 (\d+)\n(.*)\n/)
  assert.equal(Number(shown), wanted)
  const socket = net.connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const [data] = await once(socket, 'data')
  assert.equal(String(data), `${line}\r\n`)
})

test('the client prints what the server replies, and closes', async t => {
  const { port, wanted } = await listen(t)
  const logged = []
  const closed = new Promise(resolve => {
    class Client extends CallosumClient {
      constructor (options) {
        assert.equal(options.servers[0].port, wanted)
        super({ ...options, servers: [{ host: '127.0.0.1', port }] })
      }

      async close () {
        await super.close()
        resolve()
      }
    }
    run(client, { 'callosum-server-slots/client': { CallosumClient: Client } }, logged)
  })
  await closed
  assert.deepEqual(logged, ['hello\n'])
})

test('the program of 0.1.0 gives what its comments say', () => {
  const claims = []
  const code = from010.replace(/^(slots\.\w+\(.*\)) +\/\/ (\w+).*$/gm, 'claim($1, "$2")')
  const logged = run(code, { 'callosum-server-slots': CallosumServerSlots, globals: { claim: (...pair) => claims.push(pair) } })
  assert.equal(claims.length, 5)
  for (const [value, claim] of claims) assert.equal(inspect(value), claim)
  assert.deepEqual(logged, ['Invalid slot: 17 free'])
  assert.ok(from010.includes(logged[0]))
})
