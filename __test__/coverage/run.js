'use strict'

// The coverage of index.js, client.js, lib/ and src/ by the tests. Rust code counts as covered
// by its own tests, without doc tests, and by those in JavaScript. Fails if a line is neither
// covered nor listed in not-covered.json. Lines are identified by their text, so they may move.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const { readOptions } = require('../../common/options')
const listed = require('./not-covered.json')
const { parse, report } = require('./report')

const ROOT = path.join(__dirname, '..', '..')
const TARGET = path.join(ROOT, 'target', 'coverage')
const PROFILES = path.join(TARGET, 'profiles')
const ADDON = path.join(TARGET, 'callosum-server-slots.node')

// Not run: tests that measure time or memory, which are slower here, and tests that run no
// code of the package in this process.
const NOT_RUN = ['bundlers', 'memory', 'server', 'types'].map(name => `${name}.test.js`)
const TESTS = fs.readdirSync(path.join(ROOT, '__test__', 'package')).filter(name => name.endsWith('.test.js') && !NOT_RUN.includes(name))

const NODE_OPTIONS = `--require ${JSON.stringify(path.join(ROOT, '__test__', 'support', 'preload', 'other-binary.js'))}`

const environment = {
  ...process.env,
  RUSTFLAGS: '-C instrument-coverage',
  CARGO_TARGET_DIR: TARGET,
  LLVM_PROFILE_FILE: path.join(PROFILES, '%p-%m.profraw'),
  CALLOSUM_TEST_BINARY: ADDON
}

function run (command, values, options) {
  return execFileSync(command, values, { cwd: ROOT, env: environment, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options })
}

/** The folder in which rustup keeps the tools of the compiler's LLVM. */
function llvmTools () {
  const host = run('rustc', ['-vV']).match(/^host: (.*)$/m)[1]
  const folder = path.join(run('rustc', ['--print', 'sysroot']).trim(), 'lib', 'rustlib', host, 'bin')
  if (!fs.existsSync(path.join(folder, 'llvm-cov'))) run('rustup', ['component', 'add', 'llvm-tools'])
  return name => path.join(folder, name)
}

/** The coverage of the Rust code, after the tests of both languages. */
function ofRust (tool, binaries) {
  const profiles = fs.readdirSync(PROFILES).map(name => path.join(PROFILES, name))
  const merged = path.join(TARGET, 'merged.profdata')
  run(tool('llvm-profdata'), ['merge', '--sparse', ...profiles, '-o', merged])
  const objects = [ADDON, ...binaries].flatMap(file => ['--object', file])
  return run(tool('llvm-cov'), ['export', '--format=lcov', `--instr-profile=${merged}`, ...objects.slice(1), '--sources', path.join(ROOT, 'src')])
}

/** Builds and runs the Rust tests; returns their paths. */
function testRust () {
  const binaries = run('cargo', ['test', '--lib', '--tests', '--no-run', '--message-format=json'])
    .split('\n').filter(Boolean).map(line => JSON.parse(line).executable).filter(Boolean)
  for (const binary of binaries) run(binary, ['--quiet'])
  return binaries
}

function testJavaScript () {
  run('cargo', ['build'])
  fs.copyFileSync(path.join(TARGET, 'debug', 'libcallosum_server_slots.so'), ADDON)
  const c8 = ['c8', '--include=index.js', '--include=client.js', '--include=lib/*.js', '--reporter=lcovonly', `--reports-dir=${TARGET}`, `--temp-directory=${path.join(TARGET, 'v8')}`]
  const tests = TESTS.map(name => path.join('__test__', 'package', name))
  run('npx', [...c8, process.execPath, '--test', '--test-reporter=dot', '--test-timeout=600000', ...tests], { env: { ...environment, NODE_OPTIONS } })
  return fs.readFileSync(path.join(TARGET, 'lcov.info'), 'utf8')
}

readOptions('npm run coverage', {}, { about: 'The coverage of index.js, client.js, lib/ and src/ by the tests. Fails if a line is neither covered nor listed in\nnot-covered.json.' })
fs.rmSync(PROFILES, { recursive: true, force: true })
const tool = llvmTools()
const binaries = testRust()
const nameOf = name => path.relative(ROOT, path.resolve(ROOT, name))
const textOf = file => fs.readFileSync(path.join(ROOT, file), 'utf8')
const files = { ...parse(testJavaScript(), nameOf, textOf), ...parse(ofRust(tool, binaries), nameOf, textOf) }
const { lines, unlisted } = report(files, listed)
console.log(lines.join('\n'))
if (unlisted > 0) process.exitCode = 1
