'use strict'

// Runs the package's tests, with the addon that was built last, in every runtime of
// runtimes.json or in those named. The runtimes come from the npm registry, for Linux x64
// with glibc, and stay in .runtimes.
//
//   node __test__/runtimes/run.js [--write] [node12 bun …]
//
// With --write, a runtime that passes gets its row in the table of docs/platforms.md.

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')

const { flag, readOptions, wordsOf } = require('../../common/options')
const { ROOT, count, runAll } = require('./files')
const notRun = require('./not-run')
const packages = require('./runtimes.json')

const CACHE = path.join(ROOT, '.runtimes')

/** How to start each runtime, from the folder of its package. */
const kinds = {
  node: { title: 'Node.js', command: ['bin/node'] },
  bun: { title: 'Bun', command: ['bin/bun'] },
  // Deno does not pass V8's options on to processes that a test starts.
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

const HEAD = ['| runtime | tests passed | not run |', '| --- | --: | --: |']

function row ({ runtime, passed, skipped }) {
  return `| ${runtime.title} | ${passed} | ${skipped} |`
}

const PLACE = /(<!-- npm run test:runtimes -->\n)([^]*?)(<!-- end -->)/
const PLATFORMS = path.join(ROOT, 'docs', 'platforms.md')

/** The rows that docs/platforms.md does not have. */
function missing (rows) {
  const table = fs.readFileSync(PLATFORMS, 'utf8').match(PLACE)[2].split('\n')
  return rows.filter(row => !table.includes(row))
}

/** Writes the rows to the table of docs/platforms.md, in place of the rows of the same runtimes. */
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
  }, { about: `Runs the package's tests in all of these runtimes, or in those named:\n${Object.keys(packages).join(', ')}`, words: wordsOf(Object.keys(packages)) })
  const names = options.words.length > 0 ? options.words : Object.keys(packages)

  const counts = await count(notRun)
  const totals = []
  for (const name of names) {
    const here = notRun.filter(skip => !skip.runtimes || skip.runtimes.includes(name))
    const total = await runAll(await install(name), counts, here)
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
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
