'use strict'

// The folders of the tests go away, on Windows too.

const assert = require('assert')
const fs = require('fs')
const test = require('node:test')
const { setTimeout: sleep } = require('timers/promises')
const { temporaryFolder } = require('../support/installed.js')

const LONGEST = 30000 // ms

/** Makes a folder, and gives it and the function that runs after the test. */
function made () {
  let cleanup
  const folder = temporaryFolder({ after (run) { cleanup = run } })
  return { folder, cleanup }
}

test('the folder of a test is removed after it', () => {
  const { folder, cleanup } = made()
  assert.ok(fs.existsSync(folder))
  cleanup()
  assert.ok(!fs.existsSync(folder))
})

test('a folder with a binary that Windows has loaded is removed by another process', async t => {
  const { folder, cleanup } = made()
  t.mock.method(fs, 'rmSync', () => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
  })
  cleanup()
  t.mock.restoreAll()
  for (const began = Date.now(); fs.existsSync(folder); await sleep(20)) assert.ok(Date.now() - began < LONGEST)
})

test('any other failure to remove it fails the test', t => {
  const { folder, cleanup } = made()
  t.mock.method(fs, 'rmSync', () => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' })
  })
  assert.throws(cleanup, { code: 'EROFS' })
  t.mock.restoreAll()
  fs.rmdirSync(folder)
})
