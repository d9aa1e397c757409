'use strict'

// Mutants of index.js, client.js and lib/. Stryker makes most of them: what it would switch
// on in one instrumented file is written to the disk instead, one mutant at a time. So the
// mutant runs as fast as the original, and a test that starts a process or a worker, or
// reads the source, meets it like any other. Stryker empties blocks, but deletes no single
// statements: this file does.

const { execFileSync, spawn } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const vm = require('node:vm')
const { wrap } = require('node:module')

const typescript = require('typescript')

const { TIMED_OUT } = require('./first-failure.js')
const { Journal } = require('./journal.js')
const { killGroup } = require('./kill-group.js')
const totals = require('./total.js')

const ROOT = path.join(__dirname, '..')
const JOURNAL = path.join(__dirname, '.results', 'javascript.jsonl')

// The test files that the mutants of a file meet, in this order. Chosen by measurement: first
// those that catch most mutants in the least time, then each that catches one more. The files
// of one step share a process.
const CALLS = [['get-put', 'shape', 'options', 'error-event'], ['given', 'inspect', 'json', 'lease', 'iteration', 'native', 'reentrancy']]
const STEPS = {
  'index.js': [...CALLS, ['reserve'], ['refused-memory'], ['every-state'], ['last-slot', 'large'], ['model'], ['tampering']],
  'lib/internals.js': [...CALLS, ['reserve'], ['refused-memory'], ['tampering'], ['stack']],
  'lib/layout.js': [...CALLS, ['reserve']],
  'lib/errors.js': [...CALLS, ['refused-memory'], ['client']],
  'lib/load-native.js': [['no-binary'], ['copies', 'modules']],
  'client.js': [['client-time'], ['client'], ['client-bytes'], ['pool']]
}

// A step may take LIMIT_FACTOR × the processor time that it takes without a mutant, and
// LIMIT_SECONDS more. By the clock it may take CLOCK_FACTOR times as long as that.
const LIMIT_FACTOR = 2
const LIMIT_SECONDS = 1
const CLOCK_FACTOR = 20

const quiet = () => {}
const logger = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap(level => [
  [level, quiet], [`is${level[0].toUpperCase()}${level.slice(1)}Enabled`, () => false]
]))

/**
 * Runs the tests on each mutant: see run.js. An earlier run is taken up where the source
 * has not changed since. Survivors meet the tests again if these have.
 */
async function mutants ({ files, diff, resume, say, journal = new Journal(JOURNAL) }) {
  const refusal = refuse(files)
  if (refusal !== undefined) throw new Error(refusal)
  const added = diff === undefined ? undefined : addedLines(diff)
  const all = []
  for (const file of files.length > 0 ? files : Object.keys(STEPS)) {
    all.push(...(await mutantsOf(file)).filter(mutant => added === undefined || isTouched(mutant, added)))
  }
  const digests = Object.fromEntries(Object.keys(STEPS).map(file => [file, digestOfTests(file)]))
  const known = resume ? outcomesIn(journal, digests) : new Map()
  const open = all.filter(({ key }) => !known.has(key))
  if (open.length > 0) {
    const meet = prepare()
    const keys = new Set(open.map(({ key }) => key))
    let done = 0
    for (const mutant of open) {
      const { outcome, by } = await meet(mutant)
      if (done === 0) journal.keep(({ key }) => !keys.has(key))
      const { file, line, what, key } = mutant
      known.set(key, outcome)
      const tests = outcome === 'survived' ? digests[file] : undefined
      journal.append({ key, outcome, by, tests, file, line, what })
      say(`${++done} of ${open.length}: ${OUTCOMES[outcome]} ${file}:${line}: ${what}`)
    }
  }

  const total = totals.empty()
  for (const mutant of all) {
    const outcome = known.get(mutant.key)
    totals.add(total, mutant, { isCaught: outcome !== 'survived', isTimedOut: outcome === 'timedOut' })
  }
  return total
}

/** Why mutants of the files cannot be made; undefined if they can. */
function refuse (files) {
  const unknown = files.find(file => !Object.hasOwn(STEPS, file))
  if (unknown !== undefined) return `There are mutants of ${Object.keys(STEPS).join(', ')}, but not of ${unknown}`
}

const OUTCOMES = { caught: 'caught  ', timedOut: 'timeout ', survived: 'SURVIVED' }

// ---- Making them ----

/** The mutants of a file that compile and differ, each with its source, its name and a key for the journal. */
async function mutantsOf (file) {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter')
  const source = fs.readFileSync(path.join(ROOT, file), 'utf8')
  const made = await new Instrumenter(logger).instrument(
    [{ name: path.join(ROOT, file), mutate: true, content: source }],
    { plugins: null, excludedMutations: [], ignorers: [] }
  )
  const tree = typescript.createSourceFile(file, source, typescript.ScriptTarget.Latest, true, typescript.ScriptKind.JS)
  const offset = ({ line, column }) => tree.getPositionOfLineAndCharacter(line, column)
  const line = position => tree.getLineAndCharacterOfPosition(position).line + 1
  const ofStryker = made.mutants.map(({ mutatorName, replacement, location }) =>
    ({ mutator: mutatorName, start: offset(location.start), end: offset(location.end), replacement }))
  const list = []
  for (const { mutator, start, end, replacement } of [...ofStryker, ...deletions(tree, ofStryker)]) {
    const mutated = replace(source, start, end, replacement, mutator)
    if (mutated === undefined) continue
    const what = `${mutator} in ${functionAt(tree, start, end)}: ${brief(source.slice(start, end))} → ${brief(replacement)}`
    const key = createHash('sha256').update(`${file}\n${mutated}`).digest('hex').slice(0, 20)
    if (list.some(other => other.key === key)) continue
    list.push({ file, line: line(start), lastLine: line(end), what, mutated, source, key })
  }
  return list
}

/**
 * Each call, assignment and `throw` in a function is replaced by `;`, unless a mutant of
 * Stryker does the same: it empties the block of which the statement is all, or makes the
 * condition false of an `if` that has no more. So it does with each `if (…) return`.
 */
function deletions (tree, ofStryker) {
  const ranges = new Set(ofStryker.map(({ mutator, start, end }) => `${mutator} ${start} ${end}`))
  const isMade = (mutator, node) => ranges.has(`${mutator} ${node.getStart()} ${node.end}`)
  const isDone = node => {
    const { parent } = node
    if (typescript.isBlock(parent)) return parent.statements.length === 1 && isMade('BlockStatement', parent)
    return typescript.isIfStatement(parent) && parent.elseStatement === undefined && isMade('ConditionalExpression', parent.expression)
  }
  const list = []
  const visit = (node, isInFunction) => {
    const isStatement = typescript.isExpressionStatement(node) || typescript.isThrowStatement(node)
    if (isStatement && isInFunction && !isDone(node)) {
      list.push({ mutator: 'StatementDeletion', start: node.getStart(), end: node.end, replacement: ';' })
    }
    typescript.forEachChild(node, child => visit(child, isInFunction || typescript.isFunctionLike(node)))
  }
  visit(tree, false)
  return list
}

// The replacement is an expression of its own: in the place of another it needs
// parentheses, unless it binds as tightly or is a statement or a `case`.
const NEEDS_NO_PARENTHESES = ['AssignmentOperator', 'BlockStatement', 'StatementDeletion', 'StringLiteral', 'UpdateOperator']

/** The source with the mutant; undefined if it does not compile. */
function replace (source, start, end, replacement, mutator) {
  const put = text => source.slice(0, start) + text + source.slice(end)
  const forms = NEEDS_NO_PARENTHESES.includes(mutator) ? [replacement] : [`(${replacement})`, replacement]
  return forms.map(put).find(compiles)
}

function compiles (source) {
  try {
    return new vm.Script(wrap(source)) instanceof vm.Script
  } catch (_) {
    return false
  }
}

/** The name of the function around a piece of code, with its class if it has one. */
function functionAt (tree, start, end) {
  const names = []
  const visit = node => {
    if (node.getStart() > start || node.end < end) return
    const isFunction = typescript.isFunctionLike(node)
    const owner = node.name || (isFunction && (node.parent.name || node.parent.left))
    if (owner && (isFunction || typescript.isClassLike(node))) names.push(owner.getText().split('.').pop())
    typescript.forEachChild(node, visit)
  }
  visit(tree)
  return names.join('.') || 'the module'
}

function brief (text) {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= 90 ? line : `${line.slice(0, 60)} … ${line.slice(-25)}`
}

/** From each file to the numbers of the lines that a unified diff adds. */
function addedLines (diff) {
  const added = new Map()
  let lines, number
  for (const line of diff.split('\n')) {
    const [, file] = line.match(/^\+\+\+ (?:b\/)?([^\t]+)/) || []
    const [, first] = line.match(/^@@ -\S+ \+(\d+)/) || []
    if (file !== undefined) added.set(file, lines = new Set())
    else if (first !== undefined) number = Number(first)
    else if (lines !== undefined && line.startsWith('+')) lines.add(number++)
    else if (line.startsWith(' ')) number++
  }
  return added
}

function isTouched ({ file, line, lastLine }, added) {
  return Array.from(added.get(file) || []).some(number => number >= line && number <= lastLine)
}

// ---- Running the tests ----

/** Makes a copy of the repository; returns the function that runs the tests on a mutant in it. */
function prepare () {
  const sandbox = fs.mkdtempSync(path.join(os.tmpdir(), 'callosum-server-slots-mutants-'))
  process.on('exit', () => fs.rmSync(sandbox, { recursive: true, force: true }))
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' }).split('\0')
  const binaries = fs.readdirSync(ROOT).filter(name => name.endsWith('.node'))
  for (const file of [...listed, ...binaries]) {
    // Untracked files may be a folder: that of another repository.
    if (!fs.statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.isFile()) continue
    fs.mkdirSync(path.dirname(path.join(sandbox, file)), { recursive: true })
    fs.copyFileSync(path.join(ROOT, file), path.join(sandbox, file))
  }
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(sandbox, 'node_modules'))

  const limits = new Map() // from the test files of a step, as soon as a mutant has come so far
  return async ({ file, mutated, source }) => {
    const place = path.join(sandbox, file)
    for (const tests of STEPS[file]) {
      if (!limits.has(tests)) {
        fs.writeFileSync(place, source)
        limits.set(tests, await limitsOf(tests, sandbox))
      }
      fs.writeFileSync(place, mutated)
      const { outcome, output } = await run(tests, sandbox, limits.get(tests))
      fs.writeFileSync(place, source)
      if (outcome !== 'survived') return { outcome, by: `${tests[0]}: ${output.trim().split('\n')[0]}` }
    }
    return { outcome: 'survived' }
  }
}

/** What a step may take, from what it takes without a mutant. */
async function limitsOf (tests, sandbox) {
  const { outcome, output, seconds } = await run(tests, sandbox, { processor: 600, clock: 600 })
  if (outcome !== 'survived') throw new Error(`Without a mutant, ${tests.join(', ')} fails: ${output}`)
  const processor = Number(output.trim().split('\n').pop())
  return {
    processor: Math.ceil(processor * LIMIT_FACTOR) + LIMIT_SECONDS,
    clock: (seconds + LIMIT_SECONDS) * CLOCK_FACTOR
  }
}

/** Runs test files in one process, until the first failing test. */
function run (tests, sandbox, { processor, clock }) {
  const [main, ...others] = tests.map(name => `./__test__/package/${name}.test.js`)
  const reporter = `--test-reporter=${path.join(__dirname, 'first-failure.js')}`
  // The shell's limit of processor time holds on a busy machine as on an idle one.
  const command = ['-c', 'ulimit -t "$0"; exec "$@"', String(processor), process.execPath, '--max-old-space-size=1024', reporter, ...others.flatMap(file => ['-r', file]), main]
  const started = Date.now()
  return new Promise((resolve, reject) => {
    const child = spawn('sh', command, { cwd: sandbox, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TEST_PATIENCE: '0.6' } })
    running = child
    let output = ''
    const listen = chunk => { if (output.length < 10000) output += chunk }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    let isLate = false
    const timer = setTimeout(() => { isLate = true; killGroup(child, 'SIGKILL') }, clock * 1000)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      killGroup(child, 'SIGKILL') // what the tests started, too
      running = undefined
      const timedOut = isLate || signal === 'SIGXCPU' || signal === 'SIGKILL' || code === TIMED_OUT
      resolve({ outcome: code === 0 ? 'survived' : timedOut ? 'timedOut' : 'caught', output, seconds: (Date.now() - started) / 1000 })
    })
  })
}

let running

process.on('exit', () => { if (running !== undefined) killGroup(running, 'SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))

/** From the keys of mutants to what an earlier run found. */
function outcomesIn (journal, digests) {
  const entries = journal.read().filter(({ outcome, file, tests }) => outcome !== 'survived' || tests === digests[file])
  return new Map(entries.map(({ key, outcome }) => [key, outcome]))
}

/** Tells whether the tests of a file have changed. */
function digestOfTests (file) {
  const hash = createHash('sha256')
  for (const name of STEPS[file].flat()) hash.update(fs.readFileSync(path.join(ROOT, '__test__', 'package', `${name}.test.js`)))
  return hash.digest('hex').slice(0, 20)
}

module.exports = { addedLines, mutants, mutantsOf, refuse }
