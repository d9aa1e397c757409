'use strict'

// npm start and npm run fleet: that a signal to npm ends what npm started.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { rmSync } = require('node:fs')
const net = require('node:net')
const path = require('node:path')
const { test } = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')

const { ROOT } = require('../support/child')

const PATIENCE = 3000 // ms
const skip = process.platform === 'win32' && 'Windows does not have it'

test('SIGTERM to `npm start` ends the server and closes its port', { skip }, async t => {
  const { npm, shows } = start(t, ['start'], { PORT: '0' })
  const [, port] = await shows(/^listening on \S+:(\d+)$/m)
  assert.ok(await connects(port))
  npm.kill('SIGTERM')
  await soon(async () => !isAlive(-npm.pid) && !await connects(port))
})

test('SIGTERM to `npm run fleet` ends its servers', { skip }, async t => {
  const svg = path.join(ROOT, 'target', `fleet-${process.pid}.svg`)
  t.after(() => rmSync(svg, { force: true }))
  const { npm, shows } = start(t, ['run', 'fleet', '--', '--duration', '60', '--svg', svg], {})
  await shows(/the clients start/)
  npm.kill('SIGTERM')
  await soon(() => !isAlive(-npm.pid))
})

/** npm in a process group of its own, which is killed when the test ends. */
function start (t, args, env) {
  const npm = spawn('npm', args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  t.after(() => { if (isAlive(-npm.pid)) process.kill(-npm.pid, 'SIGKILL') })
  let output = ''
  npm.stdout.setEncoding('utf8').on('data', text => { output += text })
  const shows = async pattern => {
    while (!pattern.test(output)) {
      assert.equal(npm.exitCode, null, output)
      await Promise.race([once(npm.stdout, 'data'), once(npm, 'exit')])
    }
    return pattern.exec(output)
  }
  return { npm, shows }
}

async function connects (port) {
  const socket = net.connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return false
  } finally {
    socket.destroy()
  }
}

function isAlive (pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

async function soon (condition) {
  const end = Date.now() + PATIENCE
  while (!await condition()) {
    assert.ok(Date.now() < end, `not within ${PATIENCE} ms: ${condition}`)
    await sleep(50)
  }
}
