'use strict'

// The command that runs tests again and again: that it tells of one that fails at times.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')

const { ROOT } = require('../support/child')

const flakes = (...args) => spawnSync(process.execPath, ['__test__/flakes/run.js', ...args], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } })

function fileWith (t, source) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flakes-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'one.test.js')
  fs.writeFileSync(file, source)
  return file
}

test('a test that fails in one run of three is named with the run, and the exit code is 1', t => {
  const file = fileWith(t, `
    const fs = require('node:fs')
    const { test } = require('node:test')
    test('passes', () => {})
    test('fails the second time', () => {
      fs.appendFileSync(__filename + '.runs', 'x')
      if (fs.readFileSync(__filename + '.runs', 'utf8') === 'xx') throw new Error('planted')
    })`)
  const { status, stdout } = flakes('--runs', '3', '--busy', '1', file)
  assert.equal(status, 1)
  assert.match(stdout, /^run 1 of 3: 2 passed, 0 failed, \d+ s\n[^]*\nrun 2 of 3: 1 passed, 1 failed, \d+ s\n/)
  assert.match(stdout, / {4}Error: planted\n/)
  assert.match(stdout, /\nfailed:\n.*one\.test\.js: fails the second time: in run 2\n$/)
})

test('it stops after the first run with a failure if it is told to', t => {
  const { status, stdout } = flakes('--runs', '3', '--busy', '0', '--stop', fileWith(t, 'process.exit(7)'))
  assert.equal(status, 1)
  assert.match(stdout, /^run 1 of 3: 0 passed, 1 failed/m)
  assert.doesNotMatch(stdout, /run 2/)
})

test('without a failure the exit code is 0', t => {
  const file = fileWith(t, "require('node:test').test('passes', () => {})")
  const { status, stdout } = flakes('--runs', '2', '--busy', '1', file)
  assert.equal(status, 0)
  assert.match(stdout, /\nno test failed in 2 runs\n$/)
})

test('a file that crashes is shown with what it wrote to its standard error', t => {
  const { status, stdout } = flakes('--runs', '1', '--busy', '0', fileWith(t, "throw new Error('planted')"))
  assert.equal(status, 1)
  assert.match(stdout, / {4}Error: planted\n/)
})

test('a file without a test is a failure', t => {
  for (const file of [fileWith(t, ''), 'package.json']) {
    const { status, stdout } = flakes('--runs', '1', '--busy', '0', file)
    assert.equal(status, 1)
    assert.match(stdout, / {4}no test in it\nrun 1 of 1: 0 passed, 1 failed/)
  }
})

test('a test that is marked todo may fail', t => {
  const file = fileWith(t, "require('node:test').test('later', { todo: true }, () => { throw new Error('planted') })")
  const { status, stdout } = flakes('--runs', '1', '--busy', '0', file)
  assert.equal(status, 0, stdout)
})
