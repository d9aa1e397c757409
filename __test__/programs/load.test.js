'use strict'

// The example server under a small load. `npm run load` is a larger one.

const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')

const load = require('../load/run')
const Log = require('../load/log')
const Clients = require('../load/clients')

const GIVEN_TWICE = path.join(__dirname, '..', 'support', 'preload', 'given-twice.js')
const onWindows = process.platform === 'win32' && 'Windows does not have it'

const seed = Number(process.env.SEED || Math.floor(Math.random() * 2 ** 32))

test(`under load no slot is given twice or lost, and memory stays flat (SEED=${seed})`, { skip: onWindows }, async () => {
  const { opened, peak, slotsRead, rounds } = await load({ held: 500, short: 4000, seed })
  assert.equal(opened, 4 * 500 + 4000 + 400)
  assert.ok(peak >= 500)
  assert.ok(slotsRead > opened / 3, `${slotsRead} slots read`)
  const [warm, ...others] = rounds
  const grown = others[2].heapUsed + others[2].external - warm.heapUsed - warm.external
  assert.ok(grown < 1e6, `${grown} bytes: ${JSON.stringify(rounds)}`)
})

test(`under load a slot that is given twice is found (SEED=${seed})`, { skip: onWindows }, async () => {
  const faulty = load({ held: 500, short: 4000, seed, preload: GIVEN_TWICE })
  await assert.rejects(faulty, /slot 0 was given twice: to \S+ and to \S+/)
})

/** What is found wrong in a log of these lines. */
function faultsOf (...lines) {
  const log = new Log()
  for (const line of lines) log.check(line)
  return log.faults
}

test('what is wrong in a log is found', () => {
  assert.deepEqual(faultsOf('listening on 127.0.0.1:1', '+ 0  a:1  1 in use', '+ 1  a:2  2 in use', '- 0  a:1  1 in use', '+ 0  a:3  2 in use'), [])
  assert.equal(faultsOf('+ 0  a:1  1 in use', '+ 0  a:2  1 in use').length, 1) // given twice
  assert.equal(faultsOf('+ 1  a:1  1 in use').length, 1) // not the lowest
  assert.equal(faultsOf('+ 0  a:1  1 in use', '- 0  a:1  0 in use', '+ 1  a:2  1 in use').length, 1) // lost
  assert.equal(faultsOf('- 0  a:1  0 in use').length, 1) // freed, but not in use
  assert.equal(faultsOf('+ 0  a:1  1 in use', '- 0  a:2  0 in use').length, 1) // freed by another
  assert.equal(faultsOf('+ 0  a:1  2 in use').length, 1) // miscounted
  assert.equal(faultsOf('! accept EMFILE').length, 1)
})

test('the clients find a slot that two of them hold', () => {
  const clients = new Clients(0, () => 0)
  const client = () => Object.assign(Object.create(Clients.Client.prototype), { clients })
  const [first, second, third] = [client(), client(), client()]
  first.hold('0\r\n')
  second.hold('1\r\n')
  first.leave()
  third.hold('0\r\n')
  assert.deepEqual(clients.faults, [])
  first.hold('1\r\n') // has left: its slot may be another's by now
  assert.deepEqual(clients.faults, [])
  client().hold('1\r\n')
  assert.deepEqual(clients.faults, ['two clients hold slot 1'])
})
