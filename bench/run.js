'use strict'

// npm run bench: see README.md beside this file.

const { writeFileSync } = require('fs')

const check = require('./targets')
const { Cases, contenders, patterns, versions } = require('./cases')
const growth = require('./growth')
const { describe, machine } = require('../common/machine')
const { file, flag, integer, integers, names, number, readOptions } = require('../common/options')
const { report } = require('./report')
const runRounds = require('./rounds')

const kinds = {
  quick: flag('one short round, and of each pattern the middle size'),
  growth: flag('how time and memory grow with the slots in use'),
  rounds: integer(1, 1000, 'how many times each contender runs each pattern; 3 unless --quick'),
  budget: number(1, 60_000, 'how long it is measured each time, ms; 40 unless --quick or --growth', { placeholder: 'MS' }),
  limit: number(0.01, 3600, 'a contender that takes longer is cut off; 1 unless --quick or --growth', { placeholder: 'S' }),
  patterns: names(patterns, 'only these'),
  contenders: names(contenders, 'only these'),
  sizes: integers(1, 100_000_000, "these sizes in place of each pattern's own"),
  json: file('writes every figure into a file'),
  check: flag('exits with 1 if a target is missed')
}

// `budget`, ms: how long a contender is measured. `long`, ms: a pass that takes longer needs
// no warm-up. `limit`, s: a contender that takes longer is cut off.
const standard = { rounds: 3, budget: 40, long: 100, limit: 1 }
const quick = { rounds: 1, budget: 20, long: 60, limit: 0.25 }
const patient = { rounds: 3, budget: 50, long: 200, limit: 30 }

async function main () {
  const options = complete(readOptions('npm run bench -- [options]', kinds))
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

function complete (options) {
  const pace = { ...(options.quick ? quick : options.growth ? patient : standard) }
  for (const name in pace) if (options[name] !== undefined) pace[name] = options[name]
  return { ...options, pace, contenders: options.contenders || (options.growth ? growth.contenders : contenders) }
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
