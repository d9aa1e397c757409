'use strict'

// Figures that a command gives and a document repeats.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { readFileSync, readdirSync } = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')

const written = require('../../bench/tables')
const { ROOT } = require('../support/child')

const read = name => readFileSync(path.join(ROOT, name), 'utf8')

/** The integer that the pattern finds in a document. */
function figure (name, pattern) {
  const [, digits] = pattern.exec(read(name).replace(/\s+/g, ' ')) || assert.fail(`${name} has no ${pattern}`)
  return Number(digits.replace(/,/g, ''))
}

test('the tables of the benchmarks are those of the published figures', () => {
  for (const [file, text] of Object.entries(written())) {
    assert.ok(readFileSync(file, 'utf8') === text, `${file} is another: node bench/tables.js`)
  }
})

test('SECURITY.md says how many inputs the fuzz corpus has', () => {
  const corpus = path.join(ROOT, 'fuzz', 'corpus')
  const inputs = readdirSync(corpus).flatMap(target => readdirSync(path.join(corpus, target)))
  assert.equal(figure('SECURITY.md', /([\d,]+) of them are kept and replayed/), inputs.length)
})

test('SECURITY.md says how many programs the soak has kept', () => {
  assert.equal(figure('SECURITY.md', /([\d,]+) of these programs are kept/), JSON.parse(read('soak/corpus.json')).length)
})

test('SECURITY.md and CONTRIBUTING.md say how much .ci/run soaks', () => {
  const operations = figure('.ci/run', /soak -- --operations (\d+)/)
  assert.equal(figure('SECURITY.md', /Each `\.ci\/run` does (\d+) million/) * 1e6, operations)
  assert.equal(figure('CONTRIBUTING.md', /soaks for (\d+) million/) * 1e6, operations)
})

test('SECURITY.md says in how many states each kind of value is tried', () => {
  const { builders } = require('../support/states')
  assert.equal(figure('SECURITY.md', /in (\d+) states that take/), Object.keys(builders).length)
})

test('the documents say what the fleet starts and how long it takes', () => {
  const help = execFileSync(process.execPath, ['fleet/run.js', '--help'], { cwd: ROOT, encoding: 'utf8' })
  const [servers, clients, duration] = ['servers', 'clients', 'duration']
    .map(name => Number(new RegExp(`--${name} .*\\((\\d+)\\)$`, 'm').exec(help)[1]))
  assert.match(read('README.md'), new RegExp(`${['five', 'six', 'seven'][servers - 5]} servers and ${['five', 'six', 'seven'][clients - 5]} clients`))
  assert.equal(figure('README.md', /balances itself in (\d+) seconds/), duration)
  assert.equal(figure('fleet/README.md', /builds first; (\d+) seconds/), duration)
  assert.equal(figure('CONTRIBUTING.md', /servers and clients that balance themselves \| (\d+) s/), duration)
})
