'use strict'

// Runs the package's tests, with the addon that is built, in every runtime of
// runtimes.json or in those that are named. They come from the npm registry, for
// Linux x64 with glibc, and stay in .runtimes.
//
//   node __test__/runtimes/run.js [--write] [node12 bun …]
//
// With --write, a runtime that passes gets its row in the table of docs/platforms.md.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')

const { flag, readOptions, wordsOf } = require('../../common/options')
const notRun = require('./not-run')
const packages = require('./runtimes.json')

const ROOT = path.join(__dirname, '..', '..')
const CACHE = path.join(ROOT, '.runtimes')
const HARNESS = path.join(__dirname, 'harness.js')
const TESTS = path.join('__test__', 'package')
const FILES = fs.readdirSync(path.join(ROOT, TESTS)).filter(name => name.endsWith('.test.js'))
const TIMEOUT = 300000 // ms a file

/** How to start each, from its package's folder. */
const kinds = {
  node: { title: 'Node.js', command: ['bin/node'] },
  bun: { title: 'Bun', command: ['bin/bun'] },
  // To processes that a test starts, Deno does not pass options of V8.
  deno: { title: 'Deno', command: ['deno', 'run', '--allow-all', '--no-lock'], env: { DENO_V8_FLAGS: '--max-semi-space-size=1' } }
}

function titleOf (name) {
  return `${kinds[name.replace(/\d+$/, '')].title} ${packages[name].split('@').pop()}`
}

async function install (name) {
  const [, packageName, version] = packages[name].match(/^(.+)@(.+)$/)
  const { command: [binary, ...options], env } = kinds[name.replace(/\d+$/, '')]
  const prefix = path.join(CACHE, `${name}-${version}`)
  const file = path.join(prefix, 'node_modules', packageName, binary)
  if (!fs.existsSync(file)) {
    fs.mkdirSync(prefix, { recursive: true })
    await promisify(execFile)('npm', ['install', '--prefix', prefix, '--no-save', '--no-package-lock', '--ignore-scripts', packages[name]])
  }
  fs.chmodSync(file, 0o755)
  return { name, title: titleOf(name), command: [file, ...options], env: { ...process.env, ...env } }
}

/** Runs a file, but for what `skips` names: how many tests passed, why others were not run, and what failed. */
function runFile ({ command: [binary, ...options], env }, file, skips) {
  const patterns = skips.map(({ tests, reason }) => ({ tests: tests.source, reason }))
  const values = [...options, HARNESS, path.join(TESTS, file), JSON.stringify(patterns)]
  return new Promise(resolve => {
    execFile(binary, values, { cwd: ROOT, env, timeout: TIMEOUT, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
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
 * How many tests each file has, as this Node.js sees it.
 *
 * @throws {Error} where not-run.js names what is not there
 */
async function count () {
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

async function runAll (runtime, counts) {
  const total = { runtime, passed: 0, skipped: 0, failed: 0 }
  for (const file of FILES) {
    const skips = notRun.filter(skip => skip.file === file && (!skip.runtimes || skip.runtimes.includes(runtime.name)))
    if (skips.some(skip => !skip.tests)) {
      total.skipped += counts[file]
      continue
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
  console.log(`${runtime.title}: ${total.passed} passed, ${total.failed} failed, ${total.skipped} not run`)
  return total
}

const HEAD = ['| runtime | tests passed | not run |', '| --- | --: | --: |']

function row ({ runtime, passed, skipped }) {
  return `| ${runtime.title} | ${passed} | ${skipped} |`
}

const PLACE = /(<!-- npm run test:runtimes -->\n)([^]*?)(<!-- end -->)/
const PLATFORMS = path.join(ROOT, 'docs', 'platforms.md')

/** Those of the rows that docs/platforms.md does not have. */
function missing (rows) {
  const table = fs.readFileSync(PLATFORMS, 'utf8').match(PLACE)[2].split('\n')
  return rows.filter(row => !table.includes(row))
}

/** Puts the rows into the table of docs/platforms.md, in place of what it says of the same runtimes. */
function write (rows) {
  const text = fs.readFileSync(PLATFORMS, 'utf8')
  if (!PLACE.test(text)) throw new Error('docs/platforms.md has no place for the table')
  const written = text.replace(PLACE, (_, start, table, end) => {
    const all = [...rows, ...table.split('\n').slice(HEAD.length)]
    const inOrder = Object.keys(packages).map(titleOf).map(title => all.find(row => row.startsWith(`| ${title} `)))
    return start + [...HEAD, ...inOrder.filter(Boolean), end].join('\n')
  })
  fs.writeFileSync(PLATFORMS, written)
}

async function main () {
  const options = readOptions('npm run test:runtimes -- [options] [runtime …]', {
    write: flag('writes the row of each runtime that passes into docs/platforms.md')
  }, { about: `The package's tests in all of these runtimes, or in those named:\n${Object.keys(packages).join(', ')}`, words: wordsOf(Object.keys(packages)) })
  const names = options.words.length > 0 ? options.words : Object.keys(packages)

  const counts = await count()
  const totals = []
  for (const name of names) {
    const total = await runAll(await install(name), counts)
    totals.push(total)
    if (options.write && total.failed === 0) write([row(total)])
  }

  console.log(['', ...HEAD, ...totals.map(row), ''].join('\n'))
  const sum = key => totals.reduce((all, total) => all + total[key], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
  if (sum('failed') > 0) process.exitCode = 1
  const stale = missing(totals.filter(({ failed }) => failed === 0).map(row))
  if (stale.length === 0) return
  console.log(`docs/platforms.md does not have\n${stale.join('\n')}\nwhich npm run test:runtimes -- --write writes`)
  process.exitCode = 1
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
