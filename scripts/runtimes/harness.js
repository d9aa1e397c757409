'use strict'

// Runs one test file, in any runtime: <runtime> harness.js <file> [<what not to run>]
// Old runtimes have no `node:test`, and others have it only within a command of their own. So
// this implements the small part of it that the tests use. Prints TAP.

const fs = require('fs')
const Module = require('module')
const path = require('path')
const v8 = require('v8')

const TIMEOUT = 120000 * Number(process.env.TEST_PATIENCE || 1) // ms a test; longer under an emulator

const [file, notRun = '[]'] = process.argv.slice(2)
const skips = JSON.parse(notRun).map(({ tests, reason }) => ({ tests: new RegExp(tests), reason }))

const tests = []
const suites = []
const cleanups = []

function test (name, ...rest) {
  const run = rest.pop()
  const { skip } = rest[0] || {}
  tests.push({ name: suites.concat(name).join(' > '), run, skip })
}

function describe (name, ...rest) {
  const define = rest.pop()
  suites.push(name)
  define()
  suites.pop()
}

/** Runs when all tests of the file have ended. */
function after (cleanup) {
  cleanups.push(cleanup)
}

/** What `node:test` passes to a test. */
class Context {
  constructor () {
    this.cleanups = []
  }

  after (cleanup) {
    this.cleanups.push(cleanup)
  }

  diagnostic (message) {
    console.log(`# ${message}`)
  }
}

async function run ({ run }) {
  const context = new Context()
  let timer
  const timeout = new Promise((resolve, reject) => {
    timer = setTimeout(reject, TIMEOUT, new Error(`no end after ${TIMEOUT} ms`))
  })
  try {
    await Promise.race([run(context), timeout])
  } finally {
    clearTimeout(timer)
    for (const cleanup of context.cleanups) await cleanup()
  }
}

async function runAll () {
  let failed = false
  for (const [i, each] of tests.entries()) {
    const title = `${i + 1} - ${each.name.replace(/\s+/g, ' ').replace(/#/g, '\\#')}`
    const found = skips.find(skip => skip.tests.test(each.name))
    const skip = found ? found.reason : each.skip
    if (skip) {
      console.log(`ok ${title} # SKIP ${skip}`)
      continue
    }
    try {
      await run(each)
      console.log(`ok ${title}`)
    } catch (error) {
      failed = true
      console.log(`not ok ${title}\n  ${String((error && error.stack) || error).replace(/\n/g, '\n  ')}`)
    }
  }
  for (const cleanup of cleanups) await cleanup()
  console.log(`1..${tests.length}`)
  process.exitCode = failed ? 1 : 0
}

/** Rewrites a test file for a runtime without the scheme `node:` and without `node:test`. */
function translated (source) {
  return source
    .replace(/require\('node:test'\)/g, "global[Symbol.for('harness')]")
    .replace(/require\('node:assert\/strict'\)/g, "require('assert').strict")
    .replace(/require\('node:/g, "require('")
}

global[Symbol.for('harness')] = Object.assign(test, { test, it: test, describe, suite: describe, after })
if (!global.structuredClone) global.structuredClone = value => v8.deserialize(v8.serialize(value))
if (!fs.rmSync) fs.rmSync = (file, options) => fs.lstatSync(file).isDirectory() ? fs.rmdirSync(file, options) : fs.unlinkSync(file)
if (!fs.cpSync) fs.cpSync = fs.copyFileSync

// Replacing Module._load would be simpler, but Bun does not use it.
const FOLDERS = ['package', 'support'].map(name => path.join(__dirname, '..', name))
const load = Module._extensions['.js']
Module._extensions['.js'] = function (module, filename) {
  if (!FOLDERS.includes(path.dirname(filename))) return load(module, filename)
  module._compile(translated(fs.readFileSync(filename, 'utf8')), filename)
}

require(path.resolve(file))
runAll()
