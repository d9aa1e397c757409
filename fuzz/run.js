'use strict'

// `npm run fuzz -- --seconds 600` fuzzes each target for its share of that time, adds inputs
// that reach new code to the corpus, and minimises the corpus. Installs cargo-fuzz if it is
// missing. If a target fails, exits with an error; the input is then in fuzz/artifacts.

const { spawnSync } = require('child_process')
const fs = require('fs')
const path = require('path')

const { flag, integer, readOptions } = require('../common/options')

const TARGETS = ['slots', 'free_map']
const LONGEST_INPUT = 400 // bytes; keeps the corpus small
const CARGO_FUZZ = '0.13.2'
const TOOLS = path.join(__dirname, '.tools')

const { replay, seconds } = readOptions('npm run fuzz -- [options]', {
  seconds: integer(TARGETS.length, 1e6, 'how long, shared by the targets', { standard: 60, placeholder: 'S' }),
  replay: flag('runs the inputs of the corpus, and looks for no others')
})
const env = {
  ...process.env,
  RUSTC_BOOTSTRAP: '1', // sanitizers and coverage need it on a stable toolchain
  PATH: path.join(TOOLS, 'bin') + path.delimiter + process.env.PATH
}

if (replay) {
  cargo('test', '--quiet', '--locked', '--lib') // that the corpora find planted faults
  for (const target of TARGETS) cargo('run', '--quiet', '--locked', '--bin', target, path.join('corpus', target))
  process.exit(0)
}

if (!fs.existsSync(path.join(TOOLS, 'bin', 'cargo-fuzz'))) {
  cargo('install', 'cargo-fuzz', '--locked', '--version', CARGO_FUZZ, '--root', TOOLS)
}
for (const target of TARGETS) {
  const ours = path.join('corpus', target)
  fs.mkdirSync(path.join(__dirname, ours), { recursive: true })
  cargo('fuzz', 'run', '--fuzz-dir', '.', target, ours, '--',
    `-max_total_time=${Math.floor(seconds / TARGETS.length)}`, `-max_len=${LONGEST_INPUT}`, '-print_final_stats=1', '-verbosity=0')
  minimise(target, ours)
  const files = fs.readdirSync(path.join(__dirname, ours))
  const bytes = files.reduce((sum, file) => sum + fs.statSync(path.join(__dirname, ours, file)).size, 0)
  console.log(`${target}: ${files.length} inputs kept, ${bytes} bytes`)
}

/** Keeps the fewest inputs that cover what all of them cover: a greedy set cover, smaller than `cargo fuzz cmin` leaves. */
function minimise (target, corpus) {
  const fewest = path.join('corpus', `.${target}`)
  fs.rmSync(path.join(__dirname, fewest), { recursive: true, force: true })
  fs.mkdirSync(path.join(__dirname, fewest))
  cargo('fuzz', 'run', '--fuzz-dir', '.', target, fewest, corpus, '--', '-set_cover_merge=1', '-verbosity=0')
  fs.rmSync(path.join(__dirname, corpus), { recursive: true })
  fs.renameSync(path.join(__dirname, fewest), path.join(__dirname, corpus))
}

function cargo (...args) {
  const { status } = spawnSync('cargo', args, { cwd: __dirname, env, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
