'use strict'

const check = require('./targets')
const { figure, table } = require('../common/table')

const BETWEEN = 2

/** The tables that are printed: the times, the ratios to this package, the targets. */
function report ({ results, contenders }, width = Infinity) {
  const ids = [...new Set(results.map(({ id }) => id))]
  const names = Object.keys(contenders)
  const find = (id, contender) => results.find(result => result.id === id && result.contender === contender)
  const grid = cell => [['', ...titles(contenders)], ...ids.map(id => [id, ...names.map(name => cell(find(id, name), id))])]
  const tables = cell => slices(grid(cell), width).flatMap(rows => [...table(rows), ''])

  const lines = ['ns per call (half the distance between quartiles)', '', ...tables(time)]
  if (names.includes('ours') && names.length > 1) {
    lines.push('time divided by that of this package', '', ...tables((result, id) => ratio(result, find(id, 'ours'))))
  }
  const targets = check(results)
  if (targets.length > 0) lines.push('targets', '', ...table(targetRows(targets)), '')
  for (const { id, contender, wrong } of results) {
    if (wrong) lines.push(`WRONG: ${contender} on ${id}: ${wrong}`)
  }
  return [...lines, ...described(contenders)]
}

/** The name of each contender in a table. */
function titles (contenders) {
  return Object.values(contenders).map(({ title }) => title)
}

/** A line for each contender: its title, its version, and its name on the command line. */
function described (contenders) {
  return Object.entries(contenders).map(([name, { title, version }]) => `${title}: ${version}, --contenders ${name}`)
}

function time ({ ns, spread, cut, wrong }) {
  if (wrong) return 'WRONG'
  if (cut !== undefined) return cutOff(cut)
  return `${figure(ns)} ±${Math.round(spread * 100)}%`
}

function ratio ({ ns, cut, wrong }, ours) {
  if (wrong || ours.wrong) return '-'
  return (cut === undefined ? '' : '> ') + figure(ns / ours.ns)
}

function cutOff (ms) {
  return `> ${ms / 1000} s`
}

function targetRows (targets) {
  return [
    ['', 'target', 'measured', ''],
    ...targets.map(({ id, against, target, measured, passes, stretch }) => [
      id,
      against === 'heap' ? `heap / package at least ${target}` : `package / JS bitmap at most ${target}`,
      figure(measured),
      passes ? stretch ? 'passes, and the stretch target' : 'passes' : 'MISSED'
    ])
  ]
}

/** The rows as several tables, each as wide as fits. Each has the first column. */
function slices (rows, width) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)) + BETWEEN)
  const slices = []
  let from = 1
  while (from < widths.length) {
    let to = from + 1
    let total = widths[0] + widths[from]
    while (to < widths.length && total + widths[to] <= width) total += widths[to++]
    slices.push(rows.map(row => [row[0], ...row.slice(from, to)]))
    from = to
  }
  return slices
}

module.exports = { described, report, titles }
