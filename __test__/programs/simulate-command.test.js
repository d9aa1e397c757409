'use strict'

// npm run simulate, as the person who types it sees it.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')

const MANIFEST = path.join(__dirname, '..', '..', 'simulate', 'Cargo.toml')
const COMMAND = ['run', '--release', '--quiet', '--locked', '--manifest-path', MANIFEST, '--']
const SMALL = ['--servers', '40', '--clients', '200', '--pool', '10']

function simulate (...args) {
  return new Promise(resolve => {
    execFile('cargo', [...COMMAND, ...args], (error, stdout, stderr) =>
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

  test('prints one JSON object for one fleet, the same each time', async () => {
    const args = ['--scenario', 'steady', '--policy', 'two-offers', '--servers', '100', '--clients', '1000', '--pool', '20',
      '--interval', '1', '--lifetime', 'exponential', '--mean', '40', '--seed', '7', '--json', '-']
    const { code, stdout, stderr } = await simulate(...args)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal((await simulate(...args)).stdout, stdout)
    const { highest, p99, lowest, connections, openedPerSecond } = JSON.parse(stdout)
    assert.ok(highest > p99 && p99 > 1 && lowest < 1 && lowest > 0.9)
    assert.ok(highest < 1.03 && connections > 19_000 && openedPerSecond > 1400)
  })

  test('has requests lie on servers as their connections do', async () => {
    const { stdout } = await simulate('--scenario', 'steady', '--mean', '100', '--busy', '0.5', '--pick', 'random', '--delay', '0.1', '--fill', '0.1', '--known', '50', '--json', '-')
    const { inUse, requestsHighest, inUseHighest, settings } = JSON.parse(stdout)
    assert.ok(Math.abs(inUse - 0.5) < 0.02, String(inUse))
    assert.ok(requestsHighest > 1 && requestsHighest < 1.1 && inUseHighest > requestsHighest)
    assert.deepEqual([settings.delay, settings.fill, settings.known], [0.1, 0.1, 50])
  })

  test('tells its options', async () => {
    const { code, stdout } = await simulate('--help')
    assert.equal(code, 0)
    for (const name of ['--scenario', '--seed', '--json', '--servers', '--fill', '--delay', 'converge', 'restart', 'two-offers']) assert.ok(stdout.includes(name), name)
  })

  const wrong = [
    [['--scenario', 'rain'], /^invalid value 'rain' for '--scenario <NAME>'/],
    [['--servers', '1'], /^invalid value '1' for '--servers <N>'.* 2\.\./],
    [['--pool', '1.5'], /^invalid value '1.5' for '--pool <N>'/],
    [['--interval', '0'], /^invalid value '0' for '--interval <S>': expected a number from 0.000001 to 1000000000$/],
    [['--interval', 'NaN'], /^invalid value 'NaN' for '--interval <S>'/],
    [['--busy', '1'], /^invalid value '1' for '--busy <SHARE>': expected a number from 0 to 0.99$/],
    [['--policy', 'best'], /^invalid value 'best' for '--policy <NAME>'/],
    [['--seeds', '0', '--scenario', 'fill'], /^invalid value '0' for '--seeds <N>'/],
    [['--seeds', '2'], /^--seeds is not for the scenarios million and steady, which run one seed$/],
    [['--scenario', 'restart', '--pool', '3'], /^--pool is for the scenarios million and steady$/],
    [['--clients', '100000000'], /^--clients times --pool must be at most 200000000, but is 10000000000$/],
    [['--scenario', 'steady', '--clients', '1000000', '--known', '1000'], /^--clients times --known must be at most 200000000, but is 1000000000$/],
    [['--fast'], /^unexpected argument '--fast' found$/],
    [['--json', '/nowhere/at/all.json'], /^--json: cannot write '\/nowhere\/at\/all.json': /]
  ]
  for (const [args, message] of wrong) {
    test(`refuses ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await simulate(...args)
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
      assert.match(stderr, /^[^\n]+\n$/)
      assert.match(stderr.trim(), message)
    })
  }
})
