'use strict'

// Random programs over the whole API against a model: npm run soak -- --help

const CallosumServerSlots = require('..')
const { integer, readOptions } = require('../common/options')
const { shrink, print } = require('./shrink')
const soak = require('./soak')

const ABOUT = `Does random programs over the whole API, on managers with their fast paths and on
managers without, and compares each call with a model. Where one goes wrong
it prints the program, shortened, as JavaScript, and exits with 1.`

const SOME = 20000000

function main () {
  const options = optionsOf()
  const { seed, operations, seconds } = options
  const bounds = [operations === undefined ? '' : `${number(operations)} operations`, seconds === undefined ? '' : `${seconds} s`]
  console.log(`seed ${seed}, ${bounds.filter(Boolean).join(', at most ')}`)
  const report = new Report()
  const result = soak(CallosumServerSlots, { ...options, onProgram: result => report.progress(result) })
  report.end(result)
  if (result.failure === undefined) return
  process.exitCode = 1
  fail(result.failure)
}

function optionsOf () {
  const options = readOptions('npm run soak -- [options]', {
    operations: integer(1, 1e12, `so many in all; ${SOME} unless there are --seconds`),
    seconds: integer(1, 1e6, 'for so long'),
    seed: integer(0, 2 ** 31 - 1, 'of the first program; the next has N + 1, and so on')
  }, { about: ABOUT })
  const { operations, seconds, seed = Math.floor(Math.random() * 2 ** 31) } = options
  return { operations: operations || (seconds ? undefined : SOME), seconds, seed }
}

class Report {
  constructor () {
    this.began = Date.now()
    this.last = this.began
  }

  line ({ programs, done }) {
    const all = done.fast + done.crossing
    const seconds = (Date.now() - this.began) / 1000
    return `${number(all)} operations in ${number(programs)} programs, ${number(done.fast)} of them with the fast paths, ` +
      `${number(done.crossing)} without; ${seconds.toFixed(0)} s, ${(all / seconds / 1e6).toFixed(1)} million a second`
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
  console.log(`Again: npm run soak -- --seed ${seed} --operations 1\n\nShortening it …\n`)
  const shrunken = shrink(CallosumServerSlots, failure)
  console.log(shrunken ? print(shrunken) : 'Alone it does not go wrong: what was done before in this process matters.')
}

function number (n) {
  return n.toLocaleString('en')
}

main()
