'use strict'

// node bench/native-calls.js: what a call from JavaScript into Rust costs, by how it is made.
// It builds the crate in native-calls/, which is not part of the package.

const { execFileSync } = require('child_process')
const path = require('path')

const cases = require('./native-calls/cases')
const { describe, machine } = require('../common/machine')
const measure = require('./measure')
const Progress = require('../common/progress')
const { median } = require('../common/statistics')
const { readOptions } = require('../common/options')
const { figure, table } = require('../common/table')

const ROUNDS = 5

async function main () {
  readOptions('node bench/native-calls.js', {}, { about: 'What a call from JavaScript into Rust costs, by how it is made.' })
  const addon = build()
  const names = Object.keys(cases)
  const figures = new Map(names.map(name => [name, []]))
  const progress = new Progress(process.stderr, { every: Infinity, steps: ROUNDS * names.length })
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      progress.step(name)
      const { ns } = await measure({ name, addon, limit: 10_000 }, { script: 'native-calls/child.js' })
      figures.get(name).push(ns)
    }
  }
  progress.end()

  const rows = names.map(name => {
    const ns = figures.get(name)
    return [name, figure(median(ns)), `${figure(Math.min(...ns))} to ${figure(Math.max(...ns))}`]
  })
  console.log([...table([['', 'ns per call', 'rounds'], ...rows]), '', describe(machine())].join('\n'))
}

/** Builds the crate; returns the path of the library. */
function build () {
  const args = ['build', '--release', '--message-format=json-render-diagnostics']
  const options = { cwd: path.join(__dirname, 'native-calls'), stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 }
  const messages = execFileSync('cargo', args, options).toString().trim().split('\n').map(line => JSON.parse(line))
  const built = messages.filter(({ reason, target }) => reason === 'compiler-artifact' && target.name === 'native_calls')
  return built[built.length - 1].filenames.find(name => /\.(so|dylib|dll)$/.test(name))
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
