'use strict'

// The mutants of src/, made by cargo-mutants. The core is tested by its own tests. The
// binding is tested by the package's tests in JavaScript: cargo-mutants knows `cargo test`
// alone, so cargo is told to run package-tests.js in place of a test program.

const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')

const { killGroup } = require('./kill-group.js')
const totals = require('./total.js')

const ROOT = path.join(__dirname, '..')
const VERSION = '27.1.0'
const TOOLS = path.join(ROOT, 'target', 'tools')
const CARGO_MUTANTS = path.join(TOOLS, 'bin', 'cargo-mutants')
const RESULTS = path.join(__dirname, '.results', 'rust')

const LONGEST_TEST = 120 // seconds, at least; five times what the unchanged code takes
const BINDING = ['src/lib.rs', 'src/node.rs']

/**
 * The parts of src/, each with the stages that its mutants go through: the next stage sees
 * what the one before missed.
 */
const PARTS = [
  {
    name: 'core',
    has: file => !BINDING.includes(file),
    all: BINDING.flatMap(file => ['--exclude', file]),
    stages: [
      ['--no-default-features', ...tests('free_map', 'slots')], // a second of the processor with the build
      ['--no-default-features', ...tests('cost', 'exhaustive', 'model', 'refused_memory')], // 6 seconds
      packageTests('exhaustive', 'model') // compare all words with those that the fast paths write
    ]
  },
  {
    name: 'binding',
    has: file => BINDING.includes(file),
    all: BINDING.flatMap(file => ['--file', file]),
    stages: [
      packageTests('native', 'get-put', 'given', 'options', 'iteration', 'json', 'reserve', 'refused-memory'),
      packageTests('panic', 'tampering', 'memory:made and dropped, leave|numbers of collected')
    ]
  }
]

function tests (...names) {
  return names.map(name => `--cargo-arg=--test=${name}`)
}

function packageTests (...names) {
  const runner = [process.execPath, path.join(__dirname, 'package-tests.js'), ...names]
  // Any test has cargo build the addon too.
  return [...tests('slots'), `--cargo-arg=--config=target."cfg(all())".runner=${JSON.stringify(runner)}`]
}

/** What tests/support/watchdog.rs and package-tests.js say when a limit ends a test. */
const ENDLESS = /: no progress for \d/

const environment = ({ name }) => ({
  ...process.env,
  CARGO_TARGET_DIR: path.join(ROOT, 'target', 'mutants', name), // kept, so that the dependencies are built once
  CARGO_PROFILE_DEV_DEBUG: '0',
  CARGO_PROFILE_DEV_OPT_LEVEL: '1', // with the checks of a debug build
  CARGO_INCREMENTAL: '1',
  PROPTEST_MAX_SHRINK_ITERS: '0' // that a program fails is enough
})

async function mutants ({ files, diff, resume, say }) {
  const refusal = refuse(files)
  if (refusal !== undefined) throw new Error(refusal)
  install(say)
  fs.mkdirSync(RESULTS, { recursive: true })
  const total = totals.empty()
  for (const part of PARTS) {
    const own = files.filter(part.has)
    if (files.length > 0 && own.length === 0) continue
    const choice = { files: own, diff, say }
    if (diff === undefined) refuseWithout(own, list(part, choice))
    keepOutcomes(part) // of an interrupted run
    const found = resume ? readOutcomes(part) : {}
    for (const stage of part.stages) await run(part, stage, choice, found)
    add(total, list(part, choice), found)
  }
  return total
}

/** Why mutants of the files cannot be made; undefined if they can. */
function refuse (files) {
  const unknown = files.find(file => !file.startsWith('src/'))
  if (unknown !== undefined) return `There are mutants of src/, but not of ${unknown}`
}

function refuseWithout (files, mutants) {
  const unknown = files.find(each => mutants.every(({ file }) => file !== each))
  if (unknown !== undefined) throw new Error(`There are no mutants of ${unknown}`)
}

function install (say) {
  if (fs.existsSync(CARGO_MUTANTS) && execFileSync(CARGO_MUTANTS, ['mutants', '--version'], { encoding: 'utf8' }).includes(VERSION)) return
  say(`installs cargo-mutants ${VERSION} in ${path.relative(ROOT, TOOLS)}`)
  execFileSync('cargo', ['install', 'cargo-mutants', '--locked', '--version', VERSION, '--root', TOOLS, '--force'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
}

/**
 * Runs a stage with the mutants of a part that no test has caught yet, and keeps what it
 * finds, here and in `found`. Earlier outcomes of these mutants are removed only after the
 * first has met the tests, so that a run that fails at once loses nothing.
 */
async function run (part, stage, choice, found) {
  const folder = path.join(RESULTS, part.name)
  const all = list(part, choice)
  const done = all.filter(({ key }) => found[key] && found[key].summary !== 'MissedMutant')
  if (done.length === all.length) return
  // With --iterate, cargo-mutants leaves out what mutants.out/caught.txt names.
  const results = path.join(folder, 'mutants.out')
  fs.rmSync(results, { recursive: true, force: true })
  fs.mkdirSync(results, { recursive: true })
  fs.writeFileSync(path.join(results, 'caught.txt'), done.map(({ name }) => name + '\n').join(''))
  fs.writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(Object.fromEntries(all.map(({ name, key }) => [name, key]))))

  const args = ['mutants', ...chosen(part, choice), '--iterate', '--output', folder, '--jobs', '1', '--gitignore', 'true', '--colors', 'never', '--caught', '--unviable', '--minimum-test-timeout', String(LONGEST_TEST), ...stage]
  const child = spawn(CARGO_MUTANTS, args, { cwd: ROOT, env: environment(part), stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const exit = once(child, 'exit')
  const stopEnding = endWithThisProcess(child)
  let count = done.length
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!/^(caught|MISSED|TIMEOUT|unviable) /.test(line)) {
      choice.say(line)
      continue
    }
    if (count === done.length) writeOutcomes(part, without(readOutcomes(part), all.filter(({ key }) => !found[key])))
    choice.say(`${++count} of ${all.length}, ${part.name}: ${line}`)
  }
  const [status, signal] = await exit
  stopEnding()
  Object.assign(found, keepOutcomes(part))
  if (![0, 2, 3].includes(status)) throw new Error(`cargo-mutants ended with ${status ?? signal}; --resume goes on`)
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const GRACE = 10_000 // ms, for cargo-mutants to end the tests

/**
 * Has a child, which leads a process group, end when a signal ends this process. It is
 * interrupted first: the tests that it runs have groups of their own, and only it ends them.
 *
 * @returns {function} undoes this
 */
function endWithThisProcess (child) {
  const before = SIGNALS.map(signal => process.listeners(signal))
  const end = () => {
    killGroup(child, 'SIGINT')
    setTimeout(() => process.exit(130), GRACE)
    child.once('exit', () => process.exit(130))
  }
  const atExit = () => killGroup(child, 'SIGKILL')
  for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, end)
  process.on('exit', atExit)
  return () => {
    process.removeListener('exit', atExit)
    SIGNALS.forEach((signal, i) => {
      process.removeAllListeners(signal)
      for (const listener of before[i]) process.on(signal, listener)
    })
  }
}

/**
 * The mutants of a part, as cargo-mutants describes them, each with its text and a key.
 * Both stay when lines move.
 */
function list (part, choice) {
  const output = execFileSync(CARGO_MUTANTS, ['mutants', ...chosen(part, choice), '--list', '--json'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = {}
  const counts = {}
  return JSON.parse(output || '[]').map(mutant => {
    const { name, file, span } = mutant
    lines[file] ??= fs.readFileSync(path.join(ROOT, file), 'utf8').split('\n')
    const what = name.replace(/^.*?:\d+:\d+: /, '')
    const key = `${file}: ${lines[file][span.start.line - 1].trim()}: ${what}`
    counts[key] = (counts[key] || 0) + 1
    return { name, file, line: span.start.line, what, key: `${key}: ${counts[key]}` }
  })
}

function chosen (part, { files, diff }) {
  const options = files.length > 0 ? files.flatMap(file => ['--file', file]) : part.all
  if (diff === undefined) return options
  const file = path.join(RESULTS, 'lines.diff')
  fs.writeFileSync(file, diff)
  return [...options, '--in-diff', file]
}

/** Takes the outcomes that cargo-mutants has written into those that are kept, and returns them. */
function keepOutcomes (part) {
  const folder = path.join(RESULTS, part.name)
  const results = path.join(folder, 'mutants.out')
  const outcomes = {}
  const written = parsed(path.join(results, 'outcomes.json'))
  if (written === undefined) return outcomes
  const keys = JSON.parse(fs.readFileSync(path.join(folder, 'keys.json'), 'utf8'))
  for (const { scenario, summary, log_path: log } of written.outcomes) {
    if (scenario === 'Baseline') continue
    const isEndless = summary === 'Timeout' || ENDLESS.test(fs.readFileSync(path.join(results, log), 'utf8'))
    outcomes[keys[scenario.Mutant.name]] = { summary, isEndless }
  }
  writeOutcomes(part, { ...readOutcomes(part), ...outcomes })
  return outcomes
}

/** Undefined without the file, or if cargo-mutants was ended while it wrote it. */
function parsed (file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'ENOENT') return undefined
    throw error
  }
}

function readOutcomes (part) {
  return fs.existsSync(outcomesFile(part)) ? JSON.parse(fs.readFileSync(outcomesFile(part), 'utf8')) : {}
}

function writeOutcomes (part, outcomes) {
  const file = outcomesFile(part)
  fs.writeFileSync(`${file}.new`, JSON.stringify(outcomes, null, 2))
  fs.renameSync(`${file}.new`, file)
}

function without (outcomes, mutants) {
  const keys = new Set(mutants.map(({ key }) => key))
  return Object.fromEntries(Object.entries(outcomes).filter(([key]) => !keys.has(key)))
}

function outcomesFile ({ name }) {
  return path.join(RESULTS, `${name}.json`)
}

/** Adds the outcomes of mutants. */
function add (total, mutants, outcomes) {
  for (const mutant of mutants) {
    const { summary, isEndless } = outcomes[mutant.key]
    if (summary === 'Unviable') continue
    totals.add(total, mutant, { isCaught: summary !== 'MissedMutant', isTimedOut: isEndless })
  }
}

module.exports = { mutants, refuse }
