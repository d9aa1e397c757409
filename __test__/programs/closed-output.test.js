'use strict'

// What a program does when the reader of its output closes it, as head does.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { mkdtempSync, rmSync } = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { describe, test } = require('node:test')

const { ROOT } = require('../support/child')

const skip = process.platform === 'win32' && 'Windows does not have it'

describe('a closed output', { concurrency: 2, skip }, () => {
  test('ends the example server at its next line, and its connections', async t => {
    const { lines, close, end } = start(t, ['examples/server.js'], { PORT: '0' })
    const [, port] = /:(\d+)$/.exec(await lines(1))
    const first = net.connect(port, '127.0.0.1').on('error', () => {}).resume()
    await lines(1) // of the first connection
    close()
    const second = net.connect(port, '127.0.0.1').on('error', () => {}).resume()
    await Promise.all([first, second].map(socket => once(socket, 'close')))
    await quiet(end)
  })

  test('ends the example cluster at its next line, and its workers', async t => {
    const { lines, close, end } = start(t, ['examples/cluster.js'], { PORT: '0', WORKERS: '1' })
    const [, pid, port] = /^worker (\d+) listens on \S+:(\d+)$/.exec(await lines(1))
    close()
    process.kill(Number(pid), 'SIGKILL') // the next line tells of it
    await quiet(end)
    const socket = net.connect(port, '127.0.0.1')
    const [{ code }] = await once(socket, 'error')
    assert.equal(code, 'ECONNREFUSED')
  })

  test('ends the fleet, and its processes', async t => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'closed-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const { child, lines, close, end } = start(t, ['fleet/run.js', '--duration', '10', '--svg', path.join(folder, 'fleet.svg')])
    await lines(2)
    close()
    await quiet(end)
    await assert.rejects(async () => { // soon none is left in its group
      for (let i = 0; i < 3000; i++) {
        process.kill(-child.pid, 0)
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }, { code: 'ESRCH' })
  })

  test('ends the soak, which writes again when it is done', async t => {
    const { lines, close, end } = start(t, ['soak/run.js', '--operations', '5000000'])
    await lines(1)
    close()
    await quiet(end)
  })

  test('ends a benchmark, which writes when it is done', async t => {
    const { close, end } = start(t, ['bench/run.js', '--quick', '--patterns', 'lifo', '--contenders', 'ours', '--sizes', '100'])
    close()
    const { code, said } = await end
    assert.equal(code, 0, said)
    assert.doesNotMatch(said, /Error|EPIPE/) // its progress is there
  })
})

test('another error of the output is an error', async () => {
  const script = `
    require('./common/closed-output')()
    process.stdout.emit('error', Object.assign(new Error('no space'), { code: 'ENOSPC' }))`
  const child = spawn(process.execPath, ['-e', script], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', data => { said += data })
  const [code] = await once(child, 'close')
  assert.equal(code, 1)
  assert.match(said, /no space/)
})

/** A program in a process group of its own, which is killed when the test ends. */
function start (t, args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  t.after(() => {
    try { process.kill(-child.pid, 'SIGKILL') } catch (error) { assert.equal(error.code, 'ESRCH') }
  })
  let said = ''
  child.stderr.on('data', data => { said += data })
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    end: once(child, 'exit').then(([code, signal]) => ({ code, signal, said })),
    close: () => child.stdout.destroy(),
    lines: async count => {
      let line
      for (let i = 0; i < count; i++) ({ value: line } = await iterator.next())
      return line
    }
  }
}

async function quiet (end) {
  assert.deepEqual(await end, { code: 0, signal: null, said: '' })
}
