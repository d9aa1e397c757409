'use strict'

// npm run bench: see README.md beside this file.

const { fork } = require('child_process')
const { writeFileSync } = require('fs')
const os = require('os')
const path = require('path')
const { parseArgs } = require('util')

const { rows } = require('./calls')
const contenders = require('./contenders')
const { patterns, programOf } = require('./patterns')
const { figure, summary, table } = require('./figures')

const RIVALS = ['ours', 'heap', 'flatqueue', 'number-allocator', 'set', 'js-bitmap']
const BY_HAND = ['ours', 'closures', 'lease-set', 'flags']
const BUDGET = 40 // ms for which a contender is measured in each round
const LIMIT = 1000 // ms: a contender that takes longer for a pass is cut off

const USAGE = `npm run bench -- [options]
  --patterns A,B     only these: ${Object.keys(patterns).join(', ')}
  --contenders A,B   only these: ${RIVALS.join(', ')}; with --calls ${BY_HAND.join(', ')}
  --against DIR      the package in another checkout, which must be built, is a contender too
  --calls            the other calls, beside hand-written ones
  --quick            of each pattern the middle size, and one round
  --rounds N         how often everything is measured, 1 to 1000 (3)
  --best             the best round in place of the median of the rounds
  --json FILE        writes the figures into a file, as plot.js reads them`

async function main () {
  const options = readOptions()
  const results = await runRounds(options.calls ? callJobs(options) : patternJobs(options), options)
  const titles = Object.fromEntries(results.map(({ contender: name }) => [name, name === 'against' ? options.against : contenders[name].title]))
  const run = { machine: machine(), limit: LIMIT, titles, results }
  const drawn = { ...run, results: results.map(({ spread, ...result }) => result) } // what the chart shows
  if (options.json) writeFileSync(options.json, JSON.stringify(drawn).replace(/\{"id/g, '\n$&') + '\n')
  console.log(report(run, options).join('\n'))
  if (results.some(({ wrong }) => wrong)) process.exitCode = 1
}

function readOptions () {
  const string = { type: 'string' }
  const boolean = { type: 'boolean' }
  try {
    const { values } = parseArgs({
      options: { patterns: string, contenders: string, against: string, calls: boolean, quick: boolean, best: boolean, rounds: string, json: string, help: boolean }
    })
    if (values.help) {
      console.log(USAGE)
      process.exit()
    }
    const named = (option, all) => {
      const names = values[option]?.split(',') ?? all
      const unknown = names.find(name => !all.includes(name))
      if (unknown !== undefined) throw new Error(`--${option}: there is no '${unknown}' among ${all.join(', ')}`)
      return names
    }
    const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000) throw new Error(`--rounds must be an integer from 1 to 1000, but is '${values.rounds}'`)
    const names = named('contenders', values.calls ? BY_HAND : RIVALS)
    return {
      ...values,
      rounds,
      patterns: named('patterns', Object.keys(patterns)),
      contenders: values.against === undefined ? names : [...names, 'against']
    }
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

/** A job for each contender on each pattern and size. */
function patternJobs (options) {
  return options.patterns.flatMap(pattern => {
    const { sizes } = patterns[pattern]
    const middle = (sizes.length - 1) >> 1
    return (options.quick ? [sizes[middle]] : sizes).map(size => {
      const id = `${pattern} ${size.toLocaleString('en')}`
      const program = programOf(pattern, size)
      return jobsOf(options, contender => ({ ids: [id], program, calls: program.calls }))
    })
  })
}

/** A job for each contender with all calls that it has. */
function callJobs (options) {
  const has = (contender, id) => contender === 'ours' || contender === 'against' || rows[id].by.includes(contender)
  return [jobsOf(options, contender => ({ ids: Object.keys(rows).filter(id => has(contender, id)) }))]
}

function jobsOf ({ contenders, against }, more) {
  return contenders.map(contender => {
    const load = contender === 'against' ? { load: 'ours', home: path.resolve(against) } : { load: contender }
    return { contender, ...load, budget: BUDGET, limit: LIMIT, ...more(contender) }
  })
}

/**
 * Runs each group of jobs, round after round, so that a change in the speed of the machine
 * affects all contenders. Returns a result for each contender on each pattern or call.
 */
async function runRounds (groups, { rounds, best }) {
  const results = new Map()
  for (let round = 0; round < rounds; round++) {
    for (const jobs of groups) {
      const start = round % jobs.length // each round begins with another contender
      for (const job of [...jobs.slice(start), ...jobs.slice(0, start)]) {
        const { contender, ids: [first] } = job
        if (results.get(`${first} ${contender}`)?.answers[0].cut) continue
        process.stderr.write(`round ${round + 1} of ${rounds}: ${contender}, ${job.program ? first : 'calls'}\n`)
        for (const [id, answer] of Object.entries(await measure(job))) {
          const key = `${id} ${contender}`
          const result = results.get(key) ?? { id, contender, calls: job.calls, answers: [] }
          result.answers.push(answer)
          results.set(key, result)
        }
      }
    }
  }
  return [...results.values()].map(result => sumUp(result, best))
}

/** Runs a job in a process of its own. */
function measure (job) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, 'child.js'), { serialization: 'advanced', execArgv: ['--expose-gc'] })
    child.on('message', resolve).on('error', reject).on('exit', status => {
      reject(new Error(`${job.contender} ended with ${status}`)) // without effect after a message
    })
    child.send(job)
  })
}

function sumUp ({ id, contender, calls, answers }, best) {
  const failed = answers.find(({ wrong }) => wrong)
  if (failed) return { id, contender, wrong: failed.wrong }
  const cut = answers.find(({ cut }) => cut)
  if (cut) return { id, contender, ns: cut.cut * 1e6 / calls, cut: true }
  return { id, contender, ...summary(answers.map(({ samples }) => samples), best) }
}

/** The figures as Markdown. */
function report ({ machine, titles, results }, { best, rounds }) {
  const names = Object.keys(titles)
  const ids = [...new Set(results.map(({ id }) => id))]
  const find = (id, name) => results.find(result => result.id === id && result.contender === name)
  const line = (id, cell) => [id, ...names.map(name => cell(find(id, name), find(id, 'ours')))]
  const grid = cell => ['', ...table([['', ...names.map(name => titles[name])], ...ids.map(id => line(id, cell))])]
  const lines = [`Nanoseconds for a call: ${best ? 'the best round' : 'the median'}, and half the distance between the quartiles of all samples.`, ...grid(time)]
  if (names.includes('ours') && names.length > 1) lines.push('', 'Time of this package, divided by that of the other; above 1 this package loses.', ...grid(ratio))
  const wrong = results.filter(({ wrong }) => wrong).map(({ id, contender, wrong }) => `WRONG: ${contender}, ${id}: ${wrong}`)
  return [...lines, '', ...wrong, `${machine}. ${rounds === 1 ? '1 round' : `${rounds} rounds`}.`]
}

function time (result) {
  if (result === undefined) return ''
  if (result.wrong) return 'WRONG'
  return result.cut ? `> ${figure(result.ns)}` : `${figure(result.ns)} ±${Math.round(result.spread * 100)}%`
}

function ratio (result, ours) {
  if (!(result?.ns > 0 && ours?.ns > 0)) return ''
  return (result.cut ? '< ' : '') + figure(ours.ns / result.ns)
}

function machine () {
  const date = new Date().toISOString().slice(0, 10)
  return `${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${os.cpus().length} cores, ${process.platform} ${process.arch}, Node.js ${process.version}, ${date}`
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
