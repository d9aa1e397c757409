'use strict'

// npm run bench: see README.md beside this file.

const { writeFileSync } = require('fs')
const { parseArgs } = require('util')

const check = require('./targets')
const { Cases, contenders, patterns, versions } = require('./cases')
const growth = require('./growth')
const { describe, machine } = require('../common/machine')
const report = require('./report')
const runRounds = require('./rounds')

const usage = `npm run bench -- [options]
  --quick                one short round, and of each pattern the middle size
  --growth               how time and memory grow with the slots in use
  --rounds N             how many times each contender runs each pattern (3)
  --budget MS            how long it is measured each time (40)
  --limit S              a contender that takes longer is cut off (1)
  --patterns A,B         only these: ${patterns.join(', ')}
  --contenders A,B       only these: ${contenders.join(', ')}
  --sizes N,N            these sizes in place of each pattern's own
  --json FILE            writes every figure into a file
  --check                exits with 1 if a target is missed`

// Milliseconds: how long a contender is measured, and how long a pass takes that
// needs no warm-up. Seconds: when it is cut off.
const standard = { rounds: 3, budget: 40, long: 100, limit: 1 }
const quick = { rounds: 1, budget: 20, long: 60, limit: 0.25 }
const patient = { rounds: 3, budget: 50, long: 200, limit: 30 }

async function main () {
  const options = readOptions()
  if (options.help) return console.log(usage)
  const run = await (options.growth ? growth.run(options) : bench(options))
  if (options.json) writeFileSync(options.json, lines(run))

  const targets = options.growth ? growth.check(run) : check(run.results)
  const text = options.growth ? growth.report(run) : report(run, process.stdout.columns)
  console.log([...text, '', describe(run)].join('\n'))
  if (run.results.some(result => result.wrong)) process.exitCode = 1
  if (options.check && targets.some(target => !target.passes)) process.exitCode = 1
}

async function bench ({ pace, contenders, ...options }) {
  const cases = new Cases()
  const list = options.quick && !options.patterns && !options.sizes
    ? cases.listQuick()
    : cases.list(options.patterns || patterns, options.sizes)
  const results = await runRounds({ cases, list, contenders, pace })
  return { ...machine(), ...pace, contenders: versions(contenders), results }
}

/** JSON with a line for each result. */
function lines (run) {
  return JSON.stringify(run).replace(/([[,])(?=\{)/g, '$1\n') + '\n'
}

function readOptions () {
  const flag = { type: 'boolean' }
  const value = { type: 'string' }
  const { values: options } = parseArgs({
    options: {
      quick: flag,
      growth: flag,
      rounds: value,
      budget: value,
      limit: value,
      patterns: value,
      contenders: value,
      sizes: value,
      json: value,
      check: flag,
      help: flag
    }
  })
  const pace = { ...(options.quick ? quick : options.growth ? patient : standard) }
  for (const name in pace) if (options[name] !== undefined) pace[name] = Number(options[name])
  return {
    ...options,
    pace,
    contenders: choose(options.contenders, contenders) || (options.growth ? growth.contenders : contenders),
    patterns: choose(options.patterns, patterns),
    sizes: options.sizes && options.sizes.split(',').map(Number)
  }
}

function choose (wanted, all) {
  if (wanted === undefined) return undefined
  const chosen = wanted.split(',')
  for (const name of chosen) {
    if (!all.includes(name)) throw new Error(`There is no ${name}; there are ${all.join(', ')}`)
  }
  return chosen
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
