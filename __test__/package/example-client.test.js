'use strict'

// examples/client.js, as a program.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const path = require('node:path')
const { describe, test } = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')

const ON_WINDOWS = process.platform === 'win32' && 'there SIGINT kills a child outright'
const CLIENT = path.join(__dirname, '..', '..', 'examples', 'client.js')
const SERVER = path.join(__dirname, '..', '..', 'examples', 'server.js')
const WAIT = 5000 // ms: the longest that any test waits for any one thing

describe('the client as a program', { concurrency: 2 }, () => {
  test('says what it keeps and what is gone, and ends on SIGINT', { skip: ON_WINDOWS }, async t => {
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

  test('says which servers fail', async t => {
    const client = run(t, [CLIENT, '1'])
    await until(() => /^! 127\.0\.0\.1:1 {2}connect ECONNREFUSED/m.test(client.output))
    client.child.kill('SIGINT')
    await until(() => client.code !== undefined)
    assert.equal(client.code, 0)
  })

  test('shows its usage with --help', async t => {
    const client = run(t, [CLIENT, '--help'])
    await until(() => client.code !== undefined)
    assert.equal(client.code, 0)
    assert.match(client.output, /^Usage: node examples\/client\.js PORT/)
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
