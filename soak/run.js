'use strict'

// Random programs over the whole API against a model: npm run soak -- --help

const { Fault, flag, integer, readOptions } = require('../common/options')

const ABOUT = `Runs random programs over the whole API, on managers with their fast paths and on
managers without, and compares each call with a model. If a call differs, it prints
the program, shortened, as JavaScript, and exits with 1. It ends when --operations are
done or --seconds have passed, after the program that runs then.

With --replay it runs the programs of soak/corpus.json instead. With --explore it
changes these at random, and adds to soak/corpus.json the fewest new programs that
reach all code of index.js and lib/ that no program there reaches, or not as often.
A kept program is removed only if one new program reaches all that it reaches. If no
new program reaches more, soak/corpus.json stays as it is.`

const DEFAULT_OPERATIONS = 20000000
const DEFAULT_SECONDS = 60

const options = readOptions('npm run soak -- [options]', {
  operations: integer(1, 1e12, `how many in all, at least; ${DEFAULT_OPERATIONS} unless --seconds is given`),
  seconds: integer(1, 1e6, `how long, at least; with --explore ${DEFAULT_SECONDS} by default`),
  seed: integer(0, 2 ** 31 - 1, 'of the first program; the next has N + 1, and so on'),
  replay: flag('runs the kept programs'),
  explore: flag('looks for programs to keep')
}, {
  about: ABOUT,
  check ({ operations, seconds, seed, replay, explore }) {
    const hasOthers = [operations, seconds, seed].some(value => value !== undefined)
    if (replay && (explore || hasOthers)) throw new Fault('--replay takes no other option')
    if (explore && operations !== undefined) throw new Fault('--explore takes --seconds, but no --operations')
  }
})

// Begins before the package is loaded: V8 reports the blocks of functions loaded later only.
const coverage = options.explore ? new (require('./coverage').Coverage)() : undefined

const CallosumServerSlots = require('..')
const corpus = require('./corpus')
const explore = require('./explore')
const { replay, withoutTraces } = require('./operations')
const { shrink, print } = require('./shrink')
const soak = require('./soak')

function main () {
  const { seconds, seed = Math.floor(Math.random() * 2 ** 31) } = options
  if (options.replay) return replayAll()
  if (options.explore) return exploreFor({ seed, seconds })
  const operations = options.operations || (seconds ? undefined : DEFAULT_OPERATIONS)
  const bounds = [operations === undefined ? '' : `${number(operations)} operations`, seconds === undefined ? '' : `${seconds} s`]
  console.log(`seed ${seed}, at least ${bounds.filter(Boolean).join(' or ')}`)
  const report = new Report()
  const result = soak(CallosumServerSlots, { seed, operations, seconds, onProgram: result => report.progress(result) })
  report.end(result)
  if (result.failure === undefined) return
  process.exitCode = 1
  fail(result.failure)
}

function replayAll () {
  const programs = readCorpus()
  for (const { setting, program } of programs) {
    for (const fast of [true, false]) {
      const each = { setting: { ...setting, fast }, program }
      const wrong = withoutTraces(() => replay(CallosumServerSlots, each.setting, program))
      if (wrong === undefined) continue
      process.exitCode = 1
      console.log(`A kept program goes wrong: ${wrong.problem}\n${corpus.encode(program)}\n`)
      return showShortened({ ...each, problem: wrong.problem })
    }
  }
  console.log(`${number(programs.length)} programs replayed, with the fast paths and without: all as the model says`)
}

/** The kept programs; exits with 1 if they cannot be read, or not written where they are to be. */
function readCorpus ({ isWritten = false } = {}) {
  try {
    if (isWritten) corpus.checkWritable()
    return corpus.read()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}

function exploreFor ({ seed, seconds = DEFAULT_SECONDS }) {
  const before = readCorpus({ isWritten: true })
  console.log(`seed ${seed}, ${seconds} s`)
  const began = Date.now()
  let last = began
  const line = ({ programs, kept, features }) => `${number(programs)} programs in ${((Date.now() - began) / 1000).toFixed(0)} s, ` +
    `${number(kept)} kept, which reach ${number(features)} counts of blocks`
  const onProgram = result => {
    if (Date.now() - last < 20000) return
    last = Date.now()
    console.log(line(result))
  }
  const result = explore(CallosumServerSlots, coverage, before, { seed, seconds, onProgram })
  console.log(line({ ...result, kept: result.corpus.length }))
  if (result.failure === undefined) {
    if (result.added > 0) corpus.write(result.corpus)
    const change = result.added > 0 ? `${number(result.added)} new, ${number(before.length + result.added - result.corpus.length)} left out` : 'no new program'
    return console.log(`soak/corpus.json: ${change}\nall as the model says`)
  }
  process.exitCode = 1
  console.log(`\n${result.failure.problem}\n`)
  showShortened(result.failure)
}

class Report {
  constructor () {
    this.began = Date.now()
    this.last = this.began
  }

  line ({ programs, done }) {
    const all = done.fast + done.native
    const seconds = (Date.now() - this.began) / 1000
    return `${number(all)} operations in ${number(programs)} programs, ${number(done.fast)} of them with the fast paths, ` +
      `${number(done.native)} without; ${seconds.toFixed(0)} s, ${(all / seconds / 1e6).toFixed(1)} million a second`
  }

  progress (result) {
    const { isTTY, columns, destroyed } = process.stdout
    if (destroyed) process.exit(0) // closed by its reader: its 'error' comes only after the soak
    if (Date.now() - this.last < (isTTY ? 500 : 20000)) return
    this.last = Date.now()
    if (isTTY) process.stdout.write(`\r\x1b[K${this.line(result).slice(0, columns - 1)}`)
    else console.log(this.line(result))
  }

  end (result) {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    console.log(this.line(result))
    if (result.failure === undefined) console.log('all as the model says')
  }
}

function fail (failure) {
  const { seed, program, problem } = failure
  console.log(`\nOperation ${number(program.length / 2)} of the program with seed ${seed}: ${problem}`)
  console.log(`Again: npm run soak -- --seed ${seed} --operations 1\n`)
  showShortened(failure)
}

function showShortened (failure) {
  console.log('Shortening it …\n')
  const shrunken = shrink(CallosumServerSlots, failure)
  console.log(shrunken ? print(shrunken) : 'Alone it does not fail: it depends on what this process did before.')
}

function number (n) {
  return n.toLocaleString('en')
}

main()
