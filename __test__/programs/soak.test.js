'use strict'

// The soak itself: that it finds faults, and says what they are.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { test } = require('node:test')
const { inspect } = require('node:util')

const CallosumServerSlots = require('../..')
const { ROOT } = require('../support/child')
const corpus = require('../../soak/corpus')
const explore = require('../../soak/explore')
const { NAMES, TAKES_ANOTHER, nested, replay } = require('../../soak/operations')
const { shrink, print } = require('../../soak/shrink')
const soak = require('../../soak/soak')

const prototype = CallosumServerSlots.prototype

/** Managers with a fault, and in how few lines, after the first three, it is to be shown. */
const FAULTS = {
  'a slot is given twice': [class extends CallosumServerSlots {
    get () {
      const slot = super.get()
      if (slot === 36 && this.has(38) && !this.has(37)) prototype.put.call(this, slot)
      return slot
    }
  }, 8],
  'a slot is lost when it is put': [class extends CallosumServerSlots {
    put (slot) {
      if (slot === 31 && this.has(32) && !this.has(30)) return
      return super.put(slot)
    }
  }, 8],
  'not the lowest is given': [class extends CallosumServerSlots {
    get () {
      const slot = this.peek()
      if (slot % 64 !== 63 || !this.reserve(slot + 1)) return super.get()
      return slot + 1
    }
  }, 8],
  'a slot that is free is taken back': [class extends CallosumServerSlots {
    put (slot) {
      if (slot === this.maxSlotGiven && this.size > 8) return
      return super.put(slot)
    }
  }, 8],
  'one slot too many is given': [class extends CallosumServerSlots {
    get () {
      return this.size === this.maxSlots && this.maxSlots < 1000 ? this.maxSlots : super.get()
    }
  }, 8],
  'size is one too high': [class extends CallosumServerSlots {
    get size () { return super.size + (this.has(1) && !this.has(0) ? 1 : 0) }
  }, 8],
  'maxSlotGiven falls': [class extends CallosumServerSlots {
    get maxSlotGiven () { return super.size === 0 ? 0 : super.maxSlotGiven }
  }, 8],
  'the iteration leaves one out': [class extends CallosumServerSlots {
    * [Symbol.iterator] () { for (const slot of this.values()) if (slot !== 128) yield slot }
  }, 8],
  'the iteration shows what is done meanwhile': [class extends CallosumServerSlots {
    * values () { for (const slot of super.values()) if (this.has(slot)) yield slot }
  }, 8],
  'a lease can be released twice': [class extends CallosumServerSlots {
    lease () {
      const lease = super.lease()
      return lease && { slot: lease.slot, release: () => { this.put(lease.slot) } }
    }
  }, 8],
  'clear() leaves a slot in use': [class extends CallosumServerSlots {
    clear () {
      const had = this.has(40)
      super.clear()
      if (had) this.reserve(40)
    }
  }, 8],
  'a numeric string is taken for a slot': [class extends CallosumServerSlots {
    has (slot) { return super.has(slot === '1' ? 1 : slot) }
  }, 8],
  'the error does not say which slot': [class extends CallosumServerSlots {
    emit (event, error) {
      if (error && error.slot === null) error.slot = undefined
      return super.emit(event, error)
    }
  }, 8],
  'a limit of 0 is taken for 1': [class extends CallosumServerSlots {
    constructor (options) { super(options && options.maxSlots === 0 ? { maxSlots: 1 } : options) }
  }, 8],
  'from() does not look at its options': [class extends CallosumServerSlots {
    static from (json) { return super.from(json) }
  }, 8],
  'inspect() says the slot given last': [class Last extends CallosumServerSlots {
    [inspect.custom] () { return `Last { size: ${this.size}, maxSlotGiven: ${this.maxSlotGiven}, next: ${this.size}, maxSlots: ${this.maxSlots} }` }
  }, 8],
  'a put() within a listener does nothing': [class extends CallosumServerSlots {
    put (slot) {
      if (this.isPutting) return
      this.isPutting = true
      try {
        return super.put(slot)
      } finally {
        this.isPutting = false
      }
    }
  }, 12],
  'an error that nobody hears is not thrown': [class extends CallosumServerSlots {
    emit (event, error) { return this.listenerCount(event) === 0 || super.emit(event, error) }
  }, 8],
  'it throws now and then': [class extends CallosumServerSlots {
    put (slot) {
      if (slot === 40) throw new Error('planted')
      return super.put(slot)
    }
  }, 8]
}

for (const [name, [Faulty, most]] of Object.entries(FAULTS)) {
  test(`the soak finds that ${name}, and shows it in a few lines`, () => {
    const { failure } = soak(Faulty, { seed: 1, operations: 5000000 })
    assert.ok(failure, 'nothing found')
    const shrunken = shrink(Faulty, failure, 5)
    assert.ok(shrunken, 'it does not go wrong again')
    const lines = print(shrunken)
    assert.ok(lines.split('\n').length <= 3 + most, lines)
  })
}

test('what is printed shows the fault when it is pasted', () => {
  const [Faulty] = FAULTS['a slot is lost when it is put']
  const { failure } = soak(Faulty, { seed: 1, operations: 5000000 })
  const lines = print(shrink(Faulty, failure, 5))
  const said = []
  const paste = new Function('require', 'console', lines) // eslint-disable-line no-new-func
  paste(() => Faulty, { log: (...words) => said.push(...words) })
  const [, actual, expected] = lines.match(/\/\/ get\(\): (\d+), expected (\d+)$/)
  assert.equal(said.pop(), Number(actual))
  assert.notEqual(actual, expected)
})

test('the same seed makes the same program', () => {
  const [Faulty] = FAULTS['it throws now and then']
  const [a, b] = [1, 2].map(() => soak(Faulty, { seed: 7, operations: 5000000 }).failure)
  assert.deepEqual(a, b)
})

test('a program goes over all of the API, on both paths', () => {
  const calls = new Set()
  class Counted extends CallosumServerSlots {}
  for (const name of ['get', 'put', 'peek', 'has', 'reserve', 'lease', 'adopt', 'clear', 'values', 'toJSON']) {
    Counted.prototype[name] = function (...args) {
      calls.add(name)
      return prototype[name].apply(this, args)
    }
  }
  const { failure, done } = soak(Counted, { seed: 3, operations: 10000000 })
  assert.equal(failure, undefined)
  assert.equal(calls.size, 10)
  assert.ok(done.fast > 100000 && done.native > 100000, JSON.stringify(done))
})

test('among the kept programs is each operation', () => {
  const done = new Set()
  for (const { program } of corpus.read()) {
    for (let i = 0; i < program.length; i += 2) {
      for (let [name, argument] = [NAMES[program[i]], program[i + 1]]; ; [name, argument] = nested(argument)) {
        done.add(name)
        if (!TAKES_ANOTHER.includes(name)) break
      }
    }
  }
  assert.deepEqual(NAMES.filter(name => !done.has(name)), [])
})

const KEPT = '{"maxSlots":1,"fast":true,"program":"get"}'
const WRONG = {
  '[]': / has no program$/,
  '{}': / has no program$/,
  [`[\n${KEPT},\n{"maxSlots":1,\n]`]: /, line 3, is not JSON: /,
  '[': / is not JSON: /,
  [`[${KEPT},{"maxSlots":1,"fast":true,"program":"put x"}]`]: /, program 2: 'put x' must have one integer, from 0 to 2147483647, or none$/,
  '[{"maxSlots":1,"fast":true,"program":"get, toString 3, get"}]': /, program 1: 'toString' is no operation$/,
  '[{"maxSlots":1,"fast":true,"program":"put 3 4"}]': /, program 1: 'put 3 4' must have one integer/,
  '[{"maxSlots":1,"fast":true,"program":"put 2147483648"}]': /, program 1: the argument of 'put 2147483648' is too large$/,
  '[{"maxSlots":1,"fast":true}]': /, program 1: program must be a string$/,
  '[{"maxSlots":"1","fast":true,"program":"get"}]': /, program 1: maxSlots must be an integer from 0 to 2147483647$/,
  '[null]': /, program 1: maxSlots must be/
}

for (const [text, message] of Object.entries(WRONG)) {
  test(`a replay of ${JSON.stringify(text)} ends with one line that says what is wrong`, t => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corpus-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'corpus.json')
    fs.writeFileSync(file, text)
    const source = `
      const corpus = require('./soak/corpus')
      const { read } = corpus
      corpus.read = () => read(${JSON.stringify(file)})
      require('./soak/run')`
    const { status, stdout, stderr } = cli('-e', source, '--', 'soak/run.js', '--replay')
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
    assert.match(stderr, /^[^\n]+\n$/)
    assert.match(stderr.trim(), message)
  })
}

test('the kept programs that are written are read again', t => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corpus-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'corpus.json')
  corpus.write(corpus.read(), file)
  assert.deepEqual(corpus.read(file), corpus.read())
  assert.deepEqual(fs.readdirSync(folder), ['corpus.json'])
})

test('a kept program is read as it was written', () => {
  for (const { program } of corpus.read()) {
    assert.deepEqual(corpus.encode(program).split(', ').flatMap(corpus.decode), Array.from(program))
  }
})

test('the kept programs find more than half of the faults', () => {
  const programs = corpus.read()
  const found = Object.values(FAULTS).filter(([Faulty]) => programs.some(({ setting, program }) => replay(Faulty, setting, program)))
  assert.ok(found.length > 0.5 * Object.keys(FAULTS).length, `${found.length} of ${Object.keys(FAULTS).length}`)
})

/** What the exploration finds from nothing, in a process that counts from before the package is loaded. */
function explored (Class, { corpus = [], programs = 30 } = {}) {
  const source = `
    const { Coverage } = require('./soak/coverage')
    const coverage = new Coverage()
    const CallosumServerSlots = require('.')
    const explore = require('./soak/explore')
    const corpus = ${JSON.stringify(corpus)}.map(({ setting, program }) => ({ setting, program: Int32Array.from(program) }))
    console.log(JSON.stringify(explore(${Class}, coverage, corpus, { seed: 1, programs: ${programs} })))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', source], { cwd: ROOT, encoding: 'utf8' })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

test('the exploration keeps programs that reach something new, and tells how much', () => {
  const { programs, corpus, features, failure } = explored('CallosumServerSlots')
  assert.equal(failure, undefined)
  assert.equal(programs, 30)
  assert.ok(corpus.length > 10 && corpus.length < 30, `${corpus.length} programs`)
  assert.ok(features > 250, `${features} counts of blocks`)
})

test('the exploration leaves no program out that it was given, unless a new one reaches all of it', () => {
  const { corpus: found } = explored('CallosumServerSlots')
  const twice = [...found, ...found].map(({ setting, program }) => ({ setting, program: Object.values(program) }))
  const { corpus: again, added } = explored('CallosumServerSlots', { corpus: twice, programs: twice.length })
  assert.equal(added, 0)
  assert.equal(again.length, twice.length)
})

test('the exploration leaves a program out of which a new one reaches all', () => {
  let reached = new Set()
  class Counted extends CallosumServerSlots {
    get () {
      reached.add(reached.has('get') ? 'get again' : 'get')
      return super.get()
    }
  }
  const coverage = {
    reset () { reached = new Set() },
    take () {
      const features = reached
      this.reset()
      return features
    }
  }
  const get = { setting: { maxSlots: 100, fast: true }, program: Int32Array.of(NAMES.indexOf('get'), 0) }
  const { corpus, features, added } = explore(Counted, coverage, [get], { seed: 1, programs: 100 })
  assert.deepEqual({ features, added }, { features: 2, added: 1 })
  assert.equal(corpus.length, 1)
  assert.ok(corpus[0].program.length > get.program.length)
})

test('the exploration finds a fault, and ends with the program', () => {
  const { failure } = explored('class extends CallosumServerSlots { get () { return this.peek() === 2 && this.reserve(3) ? 3 : super.get() } }')
  assert.match(failure.problem, /: 3, expected 2$/)
})

const cli = (...args) => spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })

test('the command says what it did, and exits with 0', () => {
  const { status, stdout } = cli('soak/run.js', '--operations', '100000', '--seed', '5')
  assert.equal(status, 0)
  assert.match(stdout, /^seed 5, at least 100,000 operations\n[\d,]+ operations in [\s\S]+all as the model says\n$/)
})

test('the command exits with 1 after a mismatch, and prints the seed and a program', () => {
  const { status, stdout } = cli('-r', './__test__/support/preload/wrong-slot.js', 'soak/run.js', '--seed', '5')
  assert.equal(status, 1)
  assert.match(stdout, /--seed 5 --operations 1/)
  assert.match(stdout, /new CallosumServerSlots\([\s\S]+slots\.get\(\)\) \/\/ get\(\): \d+, expected \d+\n$/)
})

test('the kept programs are replayed without a difference', () => {
  const { status, stdout } = cli('soak/run.js', '--replay')
  assert.equal(status, 0)
  assert.match(stdout, /^\d+ programs replayed, with the fast paths and without: all as the model says\n$/)
})

test('a replay exits with 1 after a mismatch, and prints a program', () => {
  const { status, stdout } = cli('-r', './__test__/support/preload/wrong-slot.js', 'soak/run.js', '--replay')
  assert.equal(status, 1)
  assert.match(stdout, /^A kept program goes wrong: [\s\S]+new CallosumServerSlots\([\s\S]+\/\/ get\(\): 21, expected 20\n$/)
})

test('the command exits with 2 where an option is wrong', () => {
  for (const args of [['--operations', 'many'], ['--operations', '0'], ['--often']]) {
    const { status, stderr } = cli('soak/run.js', ...args)
    assert.equal(status, 2)
    assert.match(stderr, /^(--operations must be an integer from 1 to \d+, but is '\w+'|There is no option --often: .*)\n$/)
  }
})
