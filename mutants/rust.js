'use strict'

// The mutants of src/, made by cargo-mutants. The core is tested by its own tests. The
// binding is tested by the package's tests in JavaScript: cargo-mutants knows `cargo test`
// alone, so cargo is told to run package-tests.js in place of a test program.

const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')

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
      packageTests('lease', 'panic', 'tampering', 'exhaustion', 'worker', 'worker-termination', 'every-state', 'garbage')
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

/** What tests/support/watchdog.rs says. */
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
  install(say)
  const total = { made: 0, caught: 0, timedOut: 0, survivors: [], byFile: {} }
  for (const part of PARTS) {
    const own = files.filter(part.has)
    if (files.length > 0 && own.length === 0) continue
    if (!resume) forget(part)
    for (const stage of part.stages) await run(part, stage, { files: own, diff, say })
    add(total, part, { files: own, diff })
  }
  return total
}

function install (say) {
  if (fs.existsSync(CARGO_MUTANTS) && execFileSync(CARGO_MUTANTS, ['mutants', '--version'], { encoding: 'utf8' }).includes(VERSION)) return
  say(`installs cargo-mutants ${VERSION} in ${path.relative(ROOT, TOOLS)}`)
  execFileSync('cargo', ['install', 'cargo-mutants', '--locked', '--version', VERSION, '--root', TOOLS, '--force'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
}

function forget (part) {
  for (const file of [path.join(RESULTS, part.name), outcomesFile(part)]) fs.rmSync(file, { recursive: true, force: true })
}

/** Runs a stage with the mutants of a part that no test has caught yet, and keeps what it finds. */
async function run (part, stage, choice) {
  const folder = path.join(RESULTS, part.name)
  fs.mkdirSync(folder, { recursive: true })
  keepOutcomes(part)
  const known = readOutcomes(part)
  const isOpen = ({ name }) => !(known[name] && ['CaughtMutant', 'Unviable'].includes(known[name].summary))
  const open = list(part, choice).filter(isOpen).length
  if (open === 0) return
  const args = ['mutants', ...chosen(part, choice), '--iterate', '--output', folder, '--jobs', '1', '--gitignore', 'true', '--colors', 'never', '--caught', '--unviable', '--minimum-test-timeout', String(LONGEST_TEST), ...stage]
  const child = spawn(CARGO_MUTANTS, args, { cwd: ROOT, env: environment(part), stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let done = 0
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!/^(caught|MISSED|TIMEOUT|unviable) /.test(line)) choice.say(line)
    else choice.say(`${++done} of ${open}, ${part.name}: ${line}`)
  }
  const [status, signal] = await exit
  keepOutcomes(part)
  if (![0, 2, 3].includes(status)) throw new Error(`cargo-mutants ended with ${status ?? signal}; --resume goes on`)
}

/** The mutants of a part, as cargo-mutants describes them. */
function list (part, choice) {
  return JSON.parse(execFileSync(CARGO_MUTANTS, ['mutants', ...chosen(part, choice), '--list', '--json'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }) || '[]')
}

function chosen (part, { files, diff }) {
  const options = files.length > 0 ? files.flatMap(file => ['--file', file]) : part.all
  if (diff === undefined) return options
  const file = path.join(RESULTS, 'lines.diff')
  fs.writeFileSync(file, diff)
  return [...options, '--in-diff', file]
}

/** cargo-mutants overwrites its outcomes when it goes on: this keeps the last of each mutant. */
function keepOutcomes (part) {
  const from = path.join(RESULTS, part.name, 'mutants.out')
  if (!fs.existsSync(path.join(from, 'outcomes.json'))) return
  const kept = readOutcomes(part)
  for (const { scenario, summary, log_path: log } of JSON.parse(fs.readFileSync(path.join(from, 'outcomes.json'), 'utf8')).outcomes) {
    if (scenario === 'Baseline') continue
    const hasEnded = !ENDLESS.test(fs.readFileSync(path.join(from, log), 'utf8')) && summary !== 'Timeout'
    kept[scenario.Mutant.name] = { summary, hasEnded }
  }
  fs.writeFileSync(outcomesFile(part), JSON.stringify(kept, null, 2))
}

function readOutcomes (part) {
  return fs.existsSync(outcomesFile(part)) ? JSON.parse(fs.readFileSync(outcomesFile(part), 'utf8')) : {}
}

function outcomesFile ({ name }) {
  return path.join(RESULTS, `${name}.json`)
}

/** Adds the outcomes of a part. */
function add (total, part, choice) {
  const outcomes = readOutcomes(part)
  for (const { name, file, span } of list(part, choice)) {
    const { summary, hasEnded } = outcomes[name]
    if (summary === 'Unviable') continue
    const isCaught = summary !== 'MissedMutant'
    const counts = total.byFile[file] ??= { made: 0, caught: 0, timedOut: 0 }
    for (const sum of [total, counts]) {
      sum.made++
      if (isCaught) sum.caught++
      if (!hasEnded) sum.timedOut++
    }
    if (!isCaught) total.survivors.push({ file, line: span.start.line, what: name.replace(/^.*?:\d+:\d+: /, '') })
  }
}

module.exports = { mutants }
