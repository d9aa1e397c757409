'use strict'

// npm run bench -- --growth: how time and memory grow with the slots in use.

const { Cases, versions } = require('./cases')
const { machine } = require('../common/machine')
const measure = require('./measure')
const Progress = require('../common/progress')
const { described, titles } = require('./report')
const runRounds = require('./rounds')
const { figure, table } = require('../common/table')

const contenders = ['ours', 'heap', 'js-bitmap']
const sizes = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]

/** The target: a call at ten million takes at most this many times its time at a thousand. */
const targets = { churn: 2, drift: 2, wave: 2 }

async function run ({ pace, contenders, ...options }) {
  const cases = new Cases()
  const list = cases.list(options.patterns || Object.keys(targets), options.sizes || sizes)
  const results = await runRounds({ cases, list, contenders, pace })
  const memory = await measureMemory(contenders, options.sizes || sizes)
  return { ...machine(), ...pace, contenders: versions(contenders), results, memory }
}

async function measureMemory (contenders, sizes) {
  const child = { script: 'child-memory.js', flags: ['--expose-gc'] }
  const progress = new Progress(process.stderr, { every: Infinity, steps: contenders.length * sizes.length })
  const memory = []
  for (const size of sizes) {
    for (const contender of contenders) {
      progress.step(`memory: ${size.toLocaleString('en')}, ${contender}`)
      memory.push({ size, contender, ...await measure({ contender, size, limit: 60_000 }, child) })
    }
  }
  progress.end()
  return memory
}

function check ({ results }) {
  const find = (pattern, size) => results.find(result =>
    result.contender === 'ours' && result.pattern === pattern && result.size === size)
  return Object.entries(targets).flatMap(([pattern, target]) => {
    const [few, many] = [find(pattern, 1_000), find(pattern, 10_000_000)]
    if (few === undefined || many === undefined) return []
    const measured = many.ns / few.ns
    return [{ pattern, target, measured, passes: measured <= target }]
  })
}

function report (run) {
  const { results, memory } = run
  const sizes = [...new Set(results.map(({ size }) => size))]
  const patterns = [...new Set(results.map(({ pattern }) => pattern))]
  const lines = []
  for (const pattern of patterns) {
    const cell = (size, contender) => time(results.find(result =>
      result.pattern === pattern && result.size === size && result.contender === contender))
    lines.push(`${pattern}: ns per call`, '', ...grid(run.contenders, sizes, cell), '')
  }
  for (const [what, title] of Object.entries(moments)) {
    const cell = (size, contender) => {
      const { [what]: bytes } = memory.find(one => one.size === size && one.contender === contender)
      return bytes === undefined ? '-' : `${bytes.process.toFixed(2)} (${bytes.v8.toFixed(2)})`
    }
    lines.push(`bytes a slot, ${title}: the process (as V8 counts)`, '', ...grid(run.contenders, sizes, cell), '')
  }
  const rows = check(run).map(({ pattern, target, measured, passes }) =>
    [pattern, `10,000,000 / 1,000 at most ${target}`, figure(measured), passes ? 'passes' : 'MISSED'])
  if (rows.length > 0) lines.push('targets', '', ...table([['', 'target', 'measured', ''], ...rows]), '')
  lines.push(...described(run.contenders))
  return lines
}

const moments = {
  given: 'all given',
  half: 'half of them put back in random order',
  returned: 'all put back'
}

function grid (contenders, sizes, cell) {
  const names = Object.keys(contenders)
  const rows = sizes.map(size => [size.toLocaleString('en'), ...names.map(name => cell(size, name))])
  return table([['', ...titles(contenders)], ...rows])
}

function time ({ ns, spread, cut, wrong }) {
  if (wrong) return 'WRONG'
  return cut === undefined ? `${figure(ns)} ±${Math.round(spread * 100)}%` : `> ${cut / 1000} s`
}

module.exports = { targets, check, contenders, moments, report, run }
