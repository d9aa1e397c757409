'use strict'

// Writes the figures of results.json and growth.json into README.md and into the
// package's README.md, between the comments that name them.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const check = require('./targets')
const growth = require('./growth')
const { titles } = require('./report')
const { describe } = require('../common/machine')
const { readOptions } = require('../common/options')
const { figure } = require('../common/table')

// The patterns that the package's README shows, with their description there.
const says = {
  'fill 1,000,000': 'fill: a million `get()`',
  'lifo 1,000': 'lifo: put the slot given last, get it again; 1,000 in use',
  'churn 1,000': 'churn: put a random slot, get it again; 1,000 in use',
  'drift 1,000': 'drift: random arrivals and departures, around 1,000 in use',
  'wave 10,000': 'wave: put a random half of 10,000, get them again',
  'sparse 10,000': 'sparse: put 1 in 128 of 10,000, get them again'
}

const file = name => path.join(__dirname, name)
const read = name => JSON.parse(readFileSync(file(name)))

function main () {
  readOptions('node bench/tables.js', {}, { about: 'Writes the figures of results.json and growth.json into the READMEs.' })
  for (const [name, text] of Object.entries(written())) writeFileSync(name, text)
}

/** Each document by its file, with the figures in it. */
function written () {
  const run = read('results.json')
  const grown = read('growth.json')
  let readme = readFileSync(file('README.md'), 'utf8')
  readme = replace(readme, 'times', [...times(run), '', `${describe(run)}. ${run.rounds} rounds.`])
  readme = replace(readme, 'targets', targets(run))
  readme = replace(readme, 'growth', [...growthTimes(grown), '', ...growthTargets(grown), '', `${describe(grown)}. ${grown.rounds} rounds.`])
  readme = replace(readme, 'memory', memory(grown))

  const front = file('../README.md')
  return {
    [file('README.md')]: readme,
    [front]: replace(readFileSync(front, 'utf8'), 'speed', [...speed(run), '', `${describe(run)}, ${run.rounds} rounds.`])
  }
}

function replace (text, name, lines) {
  const [from, to] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`]
  const [before, rest] = text.split(from)
  return before + from + '\n' + lines.join('\n') + '\n\n' + to + rest.split(to)[1]
}

function times ({ results, contenders }) {
  const names = Object.keys(contenders)
  const ids = [...new Set(results.map(({ id }) => id))]
  const cell = (id, contender) => time(results.find(result => result.id === id && result.contender === contender))
  return markdown([['', ...titles(contenders)], ...ids.map(id => [id, ...names.map(name => cell(id, name))])])
}

/** Some patterns: this package, the heap of 0.1.0 and the JS bitmap. */
function speed ({ results }) {
  const rows = Object.keys(says).map(id => {
    const [ours, heap, bitmap] = ['ours', 'heap', 'js-bitmap'].map(name => results.find(result => result.id === id && result.contender === name))
    return [says[id], time(ours), time(heap), figure(heap.ns / ours.ns), time(bitmap)]
  })
  return markdown([['pattern', 'this package', '0.1.0 heap', 'times as fast', 'JS bitmap'], ...rows])
}

function targets ({ results }) {
  const rows = check(results).map(({ id, against, target, measured, passes }) => [
    id,
    against === 'heap' ? `0.1.0 heap / this package ≥ ${target}` : `this package / JS bitmap ≤ ${target}`,
    figure(measured),
    passes ? 'passes' : '**missed**'
  ])
  return markdown([['', 'target', 'measured', ''], ...rows])
}

function growthTimes ({ results, contenders }) {
  const columns = Object.keys(growth.targets).flatMap(pattern => Object.keys(contenders).map(name => [pattern, name]))
  const sizes = [...new Set(results.map(({ size }) => size))]
  const cell = (size, [pattern, name]) =>
    time(results.find(result => result.size === size && result.pattern === pattern && result.contender === name))
  return markdown([
    ['', ...columns.map(([pattern, name]) => `${pattern}, ${contenders[name].title}`)],
    ...sizes.map(size => [size.toLocaleString('en'), ...columns.map(column => cell(size, column))])
  ])
}

function growthTargets (run) {
  const rows = growth.check(run).map(({ pattern, target, measured, passes }) =>
    [pattern, `10,000,000 / 1,000 ≤ ${target}`, figure(measured), passes ? 'passes' : '**missed**'])
  return markdown([['', 'target', 'measured', ''], ...rows])
}

function memory ({ memory, contenders }) {
  const columns = Object.keys(contenders).flatMap(name => Object.keys(growth.moments).map(moment => [name, moment]))
  const sizes = [...new Set(memory.map(({ size }) => size))]
  const cell = (size, [name, moment]) => {
    const bytes = memory.find(one => one.size === size && one.contender === name)[moment]
    return bytes === undefined ? '' : bytes.process.toFixed(2)
  }
  return markdown([
    ['', ...columns.map(([name, moment]) => `${contenders[name].title}, ${moment}`)],
    ...sizes.map(size => [size.toLocaleString('en'), ...columns.map(column => cell(size, column))])
  ])
}

function time ({ ns, spread, cut, wrong }) {
  if (wrong) return 'wrong'
  return cut === undefined ? `${figure(ns)} ±${Math.round(spread * 100)}%` : `> ${cut / 1000} s`
}

function markdown (rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(rows[0]), line(rows[0].map((_, column) => column === 0 ? '---' : '--:')), ...rows.slice(1).map(line)]
}

module.exports = written

if (require.main === module) main()
