'use strict'

// npm run simulate, as the person who types it sees it.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')

const RUN = path.join(__dirname, '..', '..', 'simulate', 'run.js')
const SMALL = ['--servers', '40', '--clients', '200', '--pool', '10']

function simulate (...args) {
  return new Promise(resolve => {
    execFile(process.execPath, [RUN, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }))
  })
}

describe('npm run simulate', { concurrency: 2 }, () => {
  test('shows how the fleet fared and what the slots cost', async () => {
    const { code, stdout, stderr } = await simulate(...SMALL)
    assert.equal(code, 0, stderr)
    const phase = name => stdout.match(new RegExp(`^${name} .*$`, 'm'))[0].split(/ {2,}/)
    assert.deepEqual(phase('start, all empty').slice(1, 4), ['15 s', '40', '2,000'])
    assert.deepEqual(phase('2 servers die').slice(1, 3), ['20 s', '38'])
    assert.match(stdout, /both managers gave the same slots throughout/)
    for (const manager of ['this package', "0.1.0's heap"]) assert.match(stdout, new RegExp(`^${manager}.* \\d+\\.\\d%`, 'm'))
    assert.match(stdout, /^\d+ MB of memory at most$/m)
  })

  test('writes the same figures for the same seed, but for what it cost', async t => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'simulate-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const figures = async (name, seed) => {
      const file = path.join(folder, name)
      const { code, stderr } = await simulate(...SMALL, '--seed', seed, '--json', file)
      assert.equal(code, 0, stderr)
      const { settings, phases, samples, slotCalls, same } = JSON.parse(readFileSync(file)).results.million
      return { settings, phases, samples, slotCalls, same }
    }
    const first = await figures('first.json', '7')
    assert.deepEqual(await figures('again.json', '7'), first)
    assert.notDeepEqual((await figures('other.json', '8')).samples, first.samples)
  })

  test('tells its options', async () => {
    const { code, stdout } = await simulate('--help')
    assert.equal(code, 0)
    for (const name of ['--scenario', '--seed', '--json', '--servers', 'converge', 'restart']) assert.ok(stdout.includes(name), name)
  })

  const wrong = [
    [['--scenario', 'rain'], "--scenario must be one of million, converge, dependence, lifetimes, restart, strength, all, but is 'rain'"],
    [['--servers', '1'], "--servers must be a whole number from 2 to 2147483647, but is '1'"],
    [['--pool', '1.5'], "--pool must be a whole number from 1 to 2147483647, but is '1.5'"],
    [['--interval', '0'], "--interval must be a number above 0, but is '0'"],
    [['--policy', 'best'], "--policy must be one of lowest, random, two, but is 'best'"],
    [['--scenario', 'restart', '--pool', '3'], '--pool is for the scenario million, not for restart'],
    [['--clients', '1000000'], '--clients times --pool must be at most 20000000, but is 100000000'],
    [['--fast'], "Unknown option '--fast'"],
    [['--json', '/nowhere/at/all.json'], "ENOENT: no such file or directory, open '/nowhere/at/all.json'"]
  ]
  for (const [args, message] of wrong) {
    test(`refuses ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await simulate(...args)
      assert.deepEqual({ code, stdout, line: stderr.split('\n')[0] }, { code: 1, stdout: '', line: message })
    })
  }
})
