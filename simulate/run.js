'use strict'

// npm run simulate: a Callosum fleet in simulated time, without sockets. See
// docs/balancing.md for what it shows, and --help for the options.

const { closeSync, openSync, writeFileSync } = require('fs')

const { describe, machine } = require('../common/machine')
const { table } = require('../common/table')
const { read, usage } = require('./options')
const Progress = require('../common/progress')
const scenarios = require('./scenarios')

async function main () {
  const options = read(process.argv.slice(2))
  if (options.help) return console.log(usage)
  if (options.json) closeSync(openSync(options.json, 'a')) // fails now rather than in a minute
  const { seed } = options
  const began = performance.now()
  const results = {}
  for (const name of options.scenarios) {
    const { title, run, tables } = scenarios[name]
    console.log(`${name}: ${title}`)
    const progress = new Progress()
    results[name] = await run({ seed, progress, ...options.fleet })
    progress.end()
    for (const { caption, rows } of tables(results[name])) {
      console.log(['', caption, ...(rows.length > 0 ? table(rows) : [])].join('\n'))
    }
    console.log()
  }
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`Seed ${seed}, ${seconds} s. ${describe(machine())}`)
  if (options.json) writeFileSync(options.json, lines({ ...machine(), seed, results }))
  if (results.million && !results.million.same) process.exitCode = 1
}

/** JSON with a line for each row and sample. */
function lines (run) {
  return JSON.stringify(run).replace(/([[,])(?=\{)/g, '$1\n') + '\n'
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
