'use strict'

// Writes the figures of results.json and growth.json into README.md, between the
// comments that name them.

const { readFileSync, writeFileSync } = require('fs')
const path = require('path')

const check = require('./bars')
const growth = require('./growth')
const { describe } = require('./machine')
const { figure } = require('./table')

const file = name => path.join(__dirname, name)
const read = name => JSON.parse(readFileSync(file(name)))

function main () {
  const run = read('results.json')
  const grown = read('growth.json')
  let readme = readFileSync(file('README.md'), 'utf8')
  readme = replace(readme, 'times', [...times(run), '', `${describe(run)}. ${run.rounds} rounds.`])
  readme = replace(readme, 'bars', bars(run))
  readme = replace(readme, 'growth', [...growthTimes(grown), '', ...growthBars(grown), '', `${describe(grown)}. ${grown.rounds} rounds.`])
  readme = replace(readme, 'memory', memory(grown))
  writeFileSync(file('README.md'), readme)
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
  return markdown([['', ...names], ...ids.map(id => [id, ...names.map(name => cell(id, name))])])
}

function bars ({ results }) {
  const rows = check(results).map(({ id, against, bar, measured, passes }) => [
    id,
    against === 'heap' ? `heap / ours ≥ ${bar}` : `ours / floor ≤ ${bar}`,
    figure(measured),
    passes ? 'passes' : '**missed**'
  ])
  return markdown([['', 'bar', 'measured', ''], ...rows])
}

function growthTimes ({ results, contenders }) {
  const columns = Object.keys(growth.bars).flatMap(pattern => Object.keys(contenders).map(name => [pattern, name]))
  const sizes = [...new Set(results.map(({ size }) => size))]
  const cell = (size, [pattern, name]) =>
    time(results.find(result => result.size === size && result.pattern === pattern && result.contender === name))
  return markdown([
    ['', ...columns.map(column => column.join(', '))],
    ...sizes.map(size => [size.toLocaleString('en'), ...columns.map(column => cell(size, column))])
  ])
}

function growthBars (run) {
  const rows = growth.check(run).map(({ pattern, bar, measured, passes }) =>
    [pattern, `10,000,000 / 1,000 ≤ ${bar}`, figure(measured), passes ? 'passes' : '**missed**'])
  return markdown([['', 'bar', 'measured', ''], ...rows])
}

function memory ({ memory, contenders }) {
  const columns = Object.keys(contenders).flatMap(name => Object.keys(growth.moments).map(moment => [name, moment]))
  const sizes = [...new Set(memory.map(({ size }) => size))]
  const cell = (size, [name, moment]) => {
    const bytes = memory.find(one => one.size === size && one.contender === name)[moment]
    return bytes === undefined ? '' : bytes.process.toFixed(2)
  }
  return markdown([
    ['', ...columns.map(column => column.join(', '))],
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

main()
