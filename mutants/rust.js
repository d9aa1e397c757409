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
  fs.mkdirSync(RESULTS, { recursive: true })
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
  keepOutcomes(part)
  const kept = readOutcomes(part)
  const all = list(part, choice)
  const done = all.filter(({ key }) => kept[key] && kept[key].summary !== 'MissedMutant')
  if (done.length === all.length) return
  // With --iterate, cargo-mutants leaves out what mutants.out/caught.txt names.
  const results = path.join(folder, 'mutants.out')
  fs.rmSync(results, { recursive: true, force: true })
  fs.mkdirSync(results, { recursive: true })
  fs.writeFileSync(path.join(results, 'caught.txt'), done.map(({ name }) => name + '\n').join(''))
  fs.writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(Object.fromEntries(all.map(({ name, key }) => [name, key]))))

  const args = ['mutants', ...chosen(part, choice), '--iterate', '--output', folder, '--jobs', '1', '--gitignore', 'true', '--colors', 'never', '--caught', '--unviable', '--minimum-test-timeout', String(LONGEST_TEST), ...stage]
  const child = spawn(CARGO_MUTANTS, args, { cwd: ROOT, env: environment(part), stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  let count = done.length
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (!/^(caught|MISSED|TIMEOUT|unviable) /.test(line)) choice.say(line)
    else choice.say(`${++count} of ${all.length}, ${part.name}: ${line}`)
  }
  const [status, signal] = await exit
  keepOutcomes(part)
  if (![0, 2, 3].includes(status)) throw new Error(`cargo-mutants ended with ${status ?? signal}; --resume goes on`)
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

/** Takes the outcomes that cargo-mutants has written into those that are kept. */
function keepOutcomes (part) {
  const folder = path.join(RESULTS, part.name)
  const results = path.join(folder, 'mutants.out')
  if (!fs.existsSync(path.join(results, 'outcomes.json'))) return
  const keys = JSON.parse(fs.readFileSync(path.join(folder, 'keys.json'), 'utf8'))
  const kept = readOutcomes(part)
  for (const { scenario, summary, log_path: log } of JSON.parse(fs.readFileSync(path.join(results, 'outcomes.json'), 'utf8')).outcomes) {
    if (scenario === 'Baseline') continue
    const isEndless = summary === 'Timeout' || ENDLESS.test(fs.readFileSync(path.join(results, log), 'utf8'))
    kept[keys[scenario.Mutant.name]] = { summary, isEndless }
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
  for (const { key, file, line, what } of list(part, choice)) {
    const { summary, isEndless } = outcomes[key]
    if (summary === 'Unviable') continue
    const isCaught = summary !== 'MissedMutant'
    const counts = total.byFile[file] ??= { made: 0, caught: 0, timedOut: 0 }
    for (const sum of [total, counts]) {
      sum.made++
      if (isCaught) sum.caught++
      if (isEndless) sum.timedOut++
    }
    if (!isCaught) total.survivors.push({ file, line, what })
  }
}

module.exports = { mutants }
