'use strict'

// docs/: what is published is what the simulation gives, and what is drawn of it.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { readFileSync, statSync } = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')

const { DOCS, draw, fill, published } = require('../../simulate/plot')

const MANIFEST = path.join(__dirname, '..', '..', 'simulate', 'Cargo.toml')
const { seeds, results } = published()

/** What the program gives now. */
function simulate (...args) {
  const command = ['run', '--release', '--quiet', '--locked', '--manifest-path', MANIFEST, '--', ...args, '--json', '-']
  return JSON.parse(execFileSync('cargo', command, { maxBuffer: 1 << 28 }))
}

test('the program gives the figures that are published', () => {
  assert.deepEqual(seeds, [1, 2, 3, 4, 5])
  assert.deepEqual(simulate('--scenario', 'strength').results.strength, results.strength)
})

test('one fleet alone is as even as in the mean that is published', () => {
  const row = results.lifetimes.rows.find(({ policy, lifetime, mean }) => policy === 'two-offers' && lifetime === 'exponential' && mean === 40)
  const runs = seeds.map(seed => simulate('--scenario', 'steady', '--policy', 'two-offers', '--mean', '40', '--seed', String(seed)))
  const mean = name => runs.reduce((sum, run) => sum + run[name], 0) / runs.length
  for (const name of ['highest', 'p99', 'lowest']) assert.ok(Math.abs(mean(name) - row[name]) < 1e-4, name)
  assert.ok(Math.abs(mean('connections') - row.connections) <= 1)
  assert.equal(row.highestFrom, Math.min(...runs.map(({ highest }) => highest)))
  assert.equal(row.highestTo, Math.max(...runs.map(({ highest }) => highest)))
})

test('every table has a figure in every place', () => {
  for (const { tables } of Object.values(results)) {
    for (const { caption, rows } of tables) {
      for (const row of rows) {
        assert.equal(row.length, rows[0].length, caption)
        for (const cell of row) assert.doesNotMatch(cell, /^$|NaN|null|undefined|inf/i, caption)
      }
    }
  }
})

test('the charts are those of the published figures, and small', async () => {
  for (const [name, svg] of Object.entries(await draw(results))) {
    const file = path.join(DOCS, `${name}.svg`)
    assert.ok(readFileSync(file, 'utf8') === svg, `${name}.svg is another: npm run simulate:plot`)
    assert.ok(statSync(file).size < 150_000)
  }
})

test('the tables in the text are those of the published figures', () => {
  const text = readFileSync(path.join(DOCS, 'balancing.md'), 'utf8')
  assert.equal(fill(text), text)
})
