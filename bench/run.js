'use strict'

// npm run bench: see README.md beside this file.

const { writeFileSync } = require('fs')
const { parseArgs } = require('util')

const check = require('./bars')
const { Cases, contenders, patterns } = require('./cases')
const { describe, machine } = require('./machine')
const measure = require('./measure')
const Progress = require('./progress')
const report = require('./report')
const { summary } = require('./statistics')

const usage = `npm run bench -- [options]
  --quick                one short round, and of each pattern the middle size
  --rounds N             how many times each contender runs each pattern (3)
  --budget MS            how long it is measured each time (50)
  --limit S              a contender that takes longer is cut off (2)
  --patterns A,B         only these: ${patterns.join(', ')}
  --contenders A,B       only these: ${contenders.join(', ')}
  --sizes N,N            these sizes in place of each pattern's own
  --json FILE            writes every figure into a file
  --check                exits with 1 where a bar is missed`

// Milliseconds: how long a contender is measured, and how long a pass takes that
// needs no warm-up. Seconds: when it is cut off.
const standard = { rounds: 3, budget: 50, long: 200, limit: 2 }
const quick = { rounds: 1, budget: 20, long: 60, limit: 0.25 }

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    budget: { type: 'string' },
    limit: { type: 'string' },
    patterns: { type: 'string' },
    contenders: { type: 'string' },
    sizes: { type: 'string' },
    json: { type: 'string' },
    check: { type: 'boolean' },
    help: { type: 'boolean' }
  }
})

async function main () {
  if (options.help) return console.log(usage)
  const pace = { ...(options.quick ? quick : standard) }
  for (const name in pace) if (options[name] !== undefined) pace[name] = Number(options[name])

  const chosen = choose(options.contenders, contenders)
  const cases = new Cases()
  const list = listCases(cases)
  const progress = new Progress(pace.rounds * list.length * chosen.length)
  const jobs = new Map()
  const answers = new Map(list.flatMap(({ id }) => chosen.map(contender => [id + contender, []])))

  for (let round = 0; round < pace.rounds; round++) {
    for (const one of list) {
      if (round === 0) jobs.set(one.id, cases.prepare(one))
      // Each round begins with another contender.
      for (const contender of rotated(chosen, round)) {
        progress.step(`round ${round + 1} of ${pace.rounds}: ${one.id}, ${contender}`)
        const before = answers.get(one.id + contender)
        if (before.some(answer => answer.cut || answer.wrong)) continue
        const job = { ...jobs.get(one.id), ...pace, contender, limit: pace.limit * 1000 }
        before.push(await measure(job))
      }
    }
  }
  progress.end()

  const results = list.flatMap(one => chosen.map(contender => ({
    ...one, contender, ...sumUp(answers.get(one.id + contender), jobs.get(one.id))
  })))
  const run = { ...machine(), ...pace, contenders: versions(chosen), results }
  if (options.json) writeFileSync(options.json, JSON.stringify(run, null, 1) + '\n')
  console.log(report(run, process.stdout.columns).concat('', describe(run)).join('\n'))
  if (results.some(result => result.wrong)) process.exitCode = 1
  if (options.check && check(results).some(bar => !bar.passes)) process.exitCode = 1
}

function listCases (cases) {
  const sizes = options.sizes && options.sizes.split(',').map(Number)
  if (options.quick && !options.patterns && !sizes) return cases.listQuick()
  return cases.list(choose(options.patterns, patterns), sizes)
}

function sumUp (answers, { program: { calls } }) {
  const failed = answers.find(answer => answer.wrong)
  if (failed) return { ns: NaN, wrong: failed.wrong }
  const cut = answers.find(answer => answer.cut)
  if (cut) return { ns: cut.cut * 1e6 / calls, cut: cut.cut }
  const rounds = answers.map(answer => answer.samples.map(ns => Number(ns.toPrecision(4))))
  return { ...summary(rounds), rounds }
}

function versions (chosen) {
  return Object.fromEntries(chosen.map(name => {
    const { title, version } = require('./contenders/' + name)
    return [name, { title, version }]
  }))
}

function choose (wanted, all) {
  if (wanted === undefined) return all
  const chosen = wanted.split(',')
  for (const name of chosen) {
    if (!all.includes(name)) throw new Error(`There is no ${name}; there are ${all.join(', ')}`)
  }
  return chosen
}

function rotated (array, by) {
  const at = by % array.length
  return [...array.slice(at), ...array.slice(0, at)]
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
