'use strict'

// Runs the package's tests in a runtime, file by file, with the runtime's own `node:test`.

const { execFile } = require('node:child_process')
const { existsSync, readdirSync } = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')
const { ROOT } = require('../platforms.js')

const TIMEOUT = 300000 // ms a file
const FILES = ['slots', 'client', 'package'].flatMap(folder => {
  const files = readdirSync(path.join(ROOT, '__test__', folder)).filter(name => name.endsWith('.test.js'))
  return files.map(name => `${folder}/${name}`)
})

// What Node.js (as TAP), Bun and Deno print. The failure of a suite that has a failed test says
// nothing new.
const PASSED = /^# pass (\d+)$|^ *(\d+) pass$|\| (\d+) passed /m
const FAILED = /^ *not ok \d+ - (.*)\n(?! *---\n(?: .*\n)*? *failureType: 'subtestsFailed')|^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$|^ *(.*) \.\.\. FAILED (?!\(due to)/gm

/**
 * @typedef {object} Runtime
 * @property {string} title
 * @property {string[]} command that runs a file of tests
 * @property {object} [env]
 * @property {string} [root] the checkout whose tests it runs
 * @property {number} [timeout=300000] milliseconds for each file
 * @property {number} [jobs=1] how many files run at a time
 */

/**
 * Runs all files but those that `known` names without `tests`. A test whose name matches
 * `tests` may fail.
 *
 * @param {Runtime} runtime
 * @param {{ file: string, tests?: RegExp, reason: string }[]} known
 * @returns {Promise<{ passed: number, known: number, failed: number }>} numbers of tests; `failed`
 *   counts a file that did not end well, too
 * @throws {Error} if `known` names a file that does not exist
 */
async function runAll (runtime, known) {
  const gone = known.find(({ file }) => !existsSync(path.join(ROOT, '__test__', file)))
  if (gone) throw new Error(`__test__/${gone.file} does not exist, of which is known: ${gone.reason}`)
  const total = { passed: 0, known: 0, failed: 0 }
  const files = FILES.filter(file => !known.some(each => file === each.file && !each.tests))
  const job = async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const { passed, failures, output } = await runFile(runtime, file)
      const news = failures.filter(name => !known.some(each => file === each.file && each.tests.test(name)))
      total.passed += passed
      total.known += failures.length - news.length
      total.failed += news.length
      if (news.length > 0) console.log(`${runtime.title}, ${file} FAILED: ${news.join('; ')}\n${output.slice(-6000)}`)
    }
  }
  await Promise.all(Array.from({ length: runtime.jobs || 1 }, job))
  console.log(`${runtime.title}: ${total.passed} passed, ${total.failed} failed, ${total.known} failed as known`)
  return total
}

/**
 * What a program that runs these tests is asked for: `jobs`, and some of `all` as `names`, or all.
 *
 * @throws {Error} that says what is wrong
 */
function readOptions (all, more = {}) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string', default: '1' }, ...more } })
  if (!/^([1-9]|[1-5]\d|6[0-4])$/.test(values.jobs)) throw new Error(`--jobs must be an integer from 1 to 64. Received '${values.jobs}'`)
  const unknown = positionals.find(name => !all.includes(name))
  if (unknown !== undefined) throw new Error(`It takes some of ${all.join(', ')}. Received '${unknown}'`)
  return { ...values, jobs: Number(values.jobs), names: positionals.length > 0 ? positionals : all }
}

function runFile ({ command: [binary, ...options], env, root = ROOT, timeout = TIMEOUT }, file) {
  return new Promise(resolve => {
    const settings = { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env }, timeout, maxBuffer: 1 << 28 }
    execFile(binary, [...options, `./__test__/${file}`], settings, (error, stdout, stderr) => {
      const output = stdout + stderr
      const passed = Number(output.match(PASSED)?.slice(1).find(Boolean))
      const failures = [...output.matchAll(FAILED)].map(([, ...names]) => names.find(Boolean))
      if (error && failures.length === 0) failures.push(`it did not end well: ${error.message.split('\n')[0]}`)
      // A file that has no test for this runtime prints nothing in Node.js 18.
      if (!error && Number.isNaN(passed) && output.trim() !== '') failures.push('it says nothing of tests')
      resolve({ passed: passed || 0, failures: [...new Set(failures)], output })
    })
  })
}

module.exports = { readOptions, runAll }
