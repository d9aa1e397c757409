'use strict'

const check = require('./targets')
const { figure, table } = require('../common/table')

const BETWEEN = 2

/** Tables for people: the times, the ratios to ours, the targets. */
function report ({ results, contenders }, width = Infinity) {
  const ids = [...new Set(results.map(({ id }) => id))]
  const names = Object.keys(contenders)
  const find = (id, contender) => results.find(result => result.id === id && result.contender === contender)
  const grid = (names, cell) => [['', ...names], ...ids.map(id => [id, ...names.map(name => cell(find(id, name), id))])]
  const tables = cell => slices(grid(names, cell), width).flatMap(rows => [...table(rows), ''])

  const lines = ['ns per call (half the distance between quartiles)', '', ...tables(time)]
  if (names.includes('ours') && names.length > 1) {
    lines.push('times as long as ours', '', ...tables((result, id) => ratio(result, find(id, 'ours'))))
  }
  const targets = check(results)
  if (targets.length > 0) lines.push('targets', '', ...table(targetRows(targets)), '')
  for (const { id, contender, wrong } of results) {
    if (wrong) lines.push(`WRONG: ${contender} on ${id}: ${wrong}`)
  }
  for (const [name, { title, version }] of Object.entries(contenders)) {
    lines.push(`${name}: ${title}, ${version}`)
  }
  return lines
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
      against === 'heap' ? `heap / ours at least ${target}` : `ours / floor at most ${target}`,
      figure(measured),
      passes ? stretch ? 'passes, and the stretch target' : 'passes' : 'MISSED'
    ])
  ]
}

/** As many columns at a time as fit, the first one always. */
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

module.exports = report
