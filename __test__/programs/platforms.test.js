'use strict'

// The program that tests the binaries of other platforms.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')
const test = require('node:test')
const { targets } = require('../../packaging/platforms.js')
const notRun = require('../platforms/not-run.js')
const systems = require('../platforms/systems.js')

const run = (...options) => spawnSync(process.execPath, [join(__dirname, '..', 'platforms', 'run.js'), ...options], { encoding: 'utf8' })

test('it says how it is used, and for which targets', () => {
  const { status, stdout } = run('--help')
  assert.strictEqual(status, 0)
  for (const target of Object.keys(systems)) assert.ok(stdout.includes(target), target)
})

test('it refuses what it does not know, with one line', () => {
  for (const options of [['aarch64-apple-darwin'], ['musl'], ['toString'], ['--readme'], ['--here', '--write'], ['--jobs', '0'], ['--jobs', 'x'], ['--here', targets[0]]]) {
    const { status, stderr } = run(...options)
    assert.strictEqual(status, 2)
    assert.match(stderr, /^[^\n]+\n$/)
  }
})

test('the systems and what is not run there are named by targets of the package', () => {
  const named = [...Object.keys(systems), ...notRun.flatMap(skip => skip.targets || [])]
  assert.deepStrictEqual(named.filter(target => !targets.includes(target)), [])
})
