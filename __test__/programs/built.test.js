'use strict'

// npm start and the other scripts that build first: that a signal to npm ends what npm
// started, and that wrong arguments are refused without a build.

const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
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
  t.after(() => fs.rmSync(svg, { force: true }))
  const { npm, shows } = start(t, ['run', 'fleet', '--', '--duration', '60', '--svg', svg], {})
  await shows(/the clients start/)
  npm.kill('SIGTERM')
  await soon(() => !isAlive(-npm.pid))
})

const PROGRAMS = ['examples/server.js', 'fleet/run.js', 'mutants/run.js']

for (const program of PROGRAMS) {
  test(`${program} answers --help without a build`, { skip }, t => {
    const { status, stdout, stderr } = withoutNpm(t, program, '--help')
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
    assert.match(stdout, /^ {2}/m)
  })

  test(`${program} refuses an option that it does not have without a build`, { skip }, t => {
    const { status, stdout, stderr } = withoutNpm(t, program, '--no-such-option')
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' })
    assert.match(stderr, /^There is no option --no-such-option: .*\n$/)
  })
}

for (const args of [['examples/server.js'], ['fleet/run.js', '--svg', os.devNull], ['mutants/run.js', 'lib/layout.js']]) {
  test(`${args.join(' ')} does nothing if the build fails`, { skip }, t => {
    const { status, stdout, stderr } = withoutNpm(t, ...args)
    assert.deepEqual({ status, stdout, stderr }, { status: 1, stdout: '', stderr: 'Cannot build the addon: npm run build ended with 9\n' })
  })
}

test('examples/server.js answers --help where there is no addon', t => {
  const program = path.join(temporary(t), 'examples', 'server.js')
  fs.mkdirSync(path.dirname(program))
  fs.copyFileSync(path.join(ROOT, 'examples', 'server.js'), program)
  const { status, stdout } = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' })
  assert.equal(status, 0)
  assert.match(stdout, /PORT/)
})

/** What a program does whose build fails: npm is replaced by a command that ends with 9. */
function withoutNpm (t, ...args) {
  const folder = temporary(t)
  fs.writeFileSync(path.join(folder, 'npm'), '#!/bin/sh\nexit 9\n', { mode: 0o755 })
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH}` }
  return spawnSync(process.execPath, ['common/built.js', ...args], { cwd: ROOT, env, encoding: 'utf8', timeout: 60_000 })
}

function temporary (t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'built-'))
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }))
  return folder
}

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
