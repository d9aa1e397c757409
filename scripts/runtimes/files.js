'use strict'

// Runs the package's tests in a runtime, file by file, through harness.js.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const TESTS = path.join('__test__', 'slots')
const HARNESS = path.join('scripts', 'runtimes', 'harness.js')
const FILES = fs.readdirSync(path.join(ROOT, TESTS)).filter(name => name.endsWith('.test.js'))
const TIMEOUT = 300000 // ms a file

/**
 * @typedef {object} Runtime
 * @property {string} title
 * @property {string[]} command that starts it
 * @property {object} [env]
 * @property {string} [root] the checkout whose tests it runs
 * @property {number} [timeout=300000] milliseconds for each file
 * @property {number} [jobs=1] how many files run at a time
 */

/** Runs a file without the tests that `skips` names. Returns how many tests passed, why others were not run, and what failed. */
function runFile ({ command: [binary, ...options], env, root = ROOT, timeout = TIMEOUT }, file, skips) {
  const patterns = skips.map(({ tests, reason }) => ({ tests: tests.source, reason }))
  const values = [...options, HARNESS, path.join(TESTS, file), JSON.stringify(patterns)]
  return new Promise(resolve => {
    execFile(binary, values, { cwd: root, env, timeout, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const passed = stdout.match(/^ok (?!.* # SKIP ).*$/gm) || []
      const reasons = Array.from(stdout.matchAll(/^ok .* # SKIP (.*)$/gm), ([, reason]) => reason)
      const failures = stdout.match(/^not ok .*(?:\n {2}.*)*/gm) || []
      const [, planned] = stdout.match(/^1\.\.(\d+)$/m) || []
      const ended = Number(planned) === passed.length + reasons.length + failures.length
      if (!ended || (error && failures.length === 0)) {
        failures.push(`not ok ${file} did not end well: ${error && error.message}\n${stderr || stdout.slice(-2000)}`)
      }
      resolve({ passed: passed.length, reasons, failures })
    })
  })
}

/**
 * Counts the tests of each file in this version of Node.js.
 *
 * @param {object[]} notRun what is not run, and why
 * @throws {Error} if it names tests that do not exist
 */
async function count (notRun) {
  const every = { tests: /^/, reason: 'only counted' }
  const counts = {}
  const seen = new Set()
  for (const file of FILES) {
    const skips = notRun.filter(skip => skip.file === file)
    const { reasons, failures } = await runFile({ command: [process.execPath] }, file, [...skips.filter(skip => skip.tests), every])
    if (failures.length > 0) throw new Error(failures.join('\n'))
    counts[file] = reasons.length
    for (const skip of skips) if (!skip.tests || reasons.includes(skip.reason)) seen.add(skip)
  }
  for (const skip of notRun) if (!seen.has(skip)) throw new Error(`${skip.file} has no tests of which not-run.js says: ${skip.reason}`)
  return counts
}

/**
 * Runs all files, without the tests in `notRun`.
 *
 * @param {Runtime} runtime
 * @param {object} counts how many tests each file has
 * @param {object[]} notRun what is not run there, and why
 */
async function runAll (runtime, counts, notRun) {
  const total = { runtime, passed: 0, skipped: 0, failed: 0 }
  const files = FILES.slice()
  const job = async () => {
    while (files.length > 0) await runOne(files.shift())
  }
  await Promise.all(Array.from({ length: runtime.jobs || 1 }, job))
  console.log(`${runtime.title}: ${total.passed} passed, ${total.failed} failed, ${total.skipped} not run`)
  return total

  async function runOne (file) {
    const skips = notRun.filter(skip => skip.file === file)
    if (skips.some(skip => !skip.tests)) {
      total.skipped += counts[file]
      return
    }
    const { passed, reasons, failures } = await runFile(runtime, file, skips)
    if (failures.length === 0 && passed + reasons.length !== counts[file]) {
      failures.push(`not ok ${file} has ${passed + reasons.length} tests, and ${counts[file]} in Node.js ${process.versions.node}`)
    }
    for (const failure of failures) console.log(`${runtime.title}, ${file}: ${failure}`)
    total.passed += passed
    total.skipped += reasons.length
    total.failed += failures.length
  }
}

module.exports = { ROOT, count, runAll }
