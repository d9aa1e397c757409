'use strict'

// docs/: what is published is what the simulation gives, and what is drawn of it.

const assert = require('node:assert/strict')
const { readFileSync, statSync } = require('node:fs')
const path = require('node:path')
const { test } = require('node:test')

const scenarios = require('../../simulate/scenarios')
const { DOCS, draw, fill, read } = require('../../simulate/plot')
const { steady } = require('../../simulate/steady')

const { seed, results } = read('simulation.json')
const progress = { at () {} }

test('the strength scenario gives the figures that are published', async () => {
  assert.deepEqual(asPublished(await scenarios.strength.run({ seed, progress })), results.strength)
})

test('a restart gives the figures that are published', async () => {
  const { rows } = asPublished(await scenarios.restart.run({ seed, progress, turns: [2, 5] }))
  assert.deepEqual(rows, results.restart.rows.filter(({ turns }) => turns === 2 || turns === 5))
})

test('the fleet converges as published', async () => {
  const { series } = asPublished(await scenarios.converge.run({ seed, progress, sizes: [10] }))
  assert.equal(series.length, 12)
  assert.deepEqual(series, results.converge.series.filter(({ servers }) => servers <= 100))
})

test('each policy balances as published', async () => {
  const published = results.dependence.rows.filter(row => row.sweep === 'interval' && row.interval === 10)
  assert.equal(published.length, 3)
  for (const { policy, interval, highest, lowest, openedPerSecond } of published) {
    const again = await steady({ ...results.dependence.settings, policy, interval, seed })
    assert.deepEqual(
      { policy, highest: again.highest, lowest: again.lowest, openedPerSecond: again.openedPerSecond },
      { policy, highest, lowest, openedPerSecond }
    )
  }
})

test('every scenario can be shown, with a figure in every place', () => {
  assert.deepEqual(Object.keys(results), Object.keys(scenarios))
  for (const [name, { tables }] of Object.entries(scenarios)) {
    for (const { caption, rows } of tables(results[name])) {
      for (const row of rows) {
        assert.equal(row.length, rows[0].length, caption)
        for (const cell of row) assert.doesNotMatch(cell, /^$|NaN|undefined|Infinity/, caption)
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

function asPublished (result) {
  return JSON.parse(JSON.stringify(result))
}
