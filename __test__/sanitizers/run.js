'use strict'

// Runs the Rust tests, and the package's tests of behaviour with a binary made for this, under
// AddressSanitizer with its leak check: `npm run test:sanitizers`, on Linux. The stable
// toolchain contains the sanitizer for Rust's programs. Node.js is not built for it, so the C
// compiler's shared sanitizer is preloaded there.

const { spawnSync } = require('child_process')
const fs = require('fs')
const path = require('path')

const { readOptions } = require('../../common/options')

readOptions('npm run test:sanitizers', {}, { about: 'Runs the Rust tests and the tests of the binding under AddressSanitizer, on Linux.' })

const ROOT = path.join(__dirname, '..', '..')
const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`
const BUILD = path.join(ROOT, 'target', 'sanitizers')
const BINARY = path.join(BUILD, 'addon.node')

// With an explicit target, build scripts and macros are built without the sanitizer.
const forRust = {
  RUSTC_BOOTSTRAP: '1',
  RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
  CARGO_TARGET_DIR: BUILD,
  CARGO_PROFILE_TEST_OPT_LEVEL: '1' // of the tests; the assertions stay on
}
const forNode = {
  LD_PRELOAD: output('cc', ['-print-file-name=libasan.so']).trim(),
  NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, '..', 'support', 'preload', 'other-binary.js'))}`,
  CALLOSUM_TEST_BINARY: BINARY
}
const SUPPRESSIONS = `suppressions=${path.join(__dirname, 'suppressions')}:print_suppressions=0`

// Without the leak check: after process.exit(), node does not free all of its own memory, and
// napi-rs does not free 32 bytes for each manager in use. To suppress all leaks under node's
// functions would hide those of the addon.
const LEAKING = ['garbage', 'worker']

// Without tests that measure time or memory, fill the stack, check the contents of the
// package, or start servers.
const TESTS = ['error-event', 'every-state', 'exhaustion', 'exhaustive', 'garbage', 'get-put', 'given', 'iteration', 'json',
  'large', 'last-slot', 'lease', 'model', 'options', 'panic', 'reentrancy', 'reserve', 'tampering', 'worker', 'worker-termination']

// Only the tests with these names, which measure no memory, fill no stack and patch no
// globals. A pattern is also matched with the names of the enclosing tests. So a negative
// look-ahead would match all.
const NAMES = {
  garbage: /^managers |^the process ends cleanly/,
  reentrancy: /within the handler|by an emit|in the middle of others|^removeAllListeners|^a listener|^errorMonitor/,
  tampering: /^Object\.|^an object|^a Proxy|^a subclass|^another prototype|^own properties|internals|detached|summaries/
}

step('the sanitizer is there', () => fs.accessSync(forNode.LD_PRELOAD))
step('the Rust tests', () => succeed('cargo', ['test', '--quiet', '--tests', '--target', TARGET], forRust))
step('a binary for node', () => {
  succeed('cargo', ['build', '--quiet', '--target', TARGET], forRust)
  fs.copyFileSync(path.join(BUILD, TARGET, 'debug', 'libcallosum_server_slots.so'), BINARY)
})
step('a leak is found where it is not suppressed', () => {
  find(/LeakSanitizer: detected memory leaks[^]*register_classes/, 'require(".")', {})
})
step('a use after free in the binary is found', () => {
  // lib/internals.js checks before each native call that the call buffer is attached. A call
  // without this check reads freed memory.
  find(/AddressSanitizer: heap-use-after-free[^]*callosum_server_slots/, `
    const { native } = require('.')[Symbol.for('callosum-server-slots.internals')]
    const { buffer } = native.callBuffer
    structuredClone(buffer, { transfer: [buffer] })
    gc()
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    native.nativeGet()`, { LSAN_OPTIONS: SUPPRESSIONS })
})
for (const test of TESTS) {
  step(`${test}.test.js`, () => {
    const options = { LSAN_OPTIONS: SUPPRESSIONS, ASAN_OPTIONS: `detect_leaks=${LEAKING.includes(test) ? 0 : 1}` }
    const names = NAMES[test] ? [`--test-name-pattern=${NAMES[test]}`] : []
    succeed(process.execPath, ['--test-reporter=dot', ...names, path.join(__dirname, '..', 'package', `${test}.test.js`)], { ...forNode, ...options })
  })
}

function step (name, work) {
  const start = Date.now()
  work()
  console.log(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`)
}

function succeed (command, args, env) {
  const { status, signal } = spawnSync(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${signal || `exit code ${status}`}`)
}

/** The script must fail with a report like this. */
function find (report, script, env) {
  const { status, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', script], { cwd: ROOT, env: { ...process.env, ...forNode, ...env }, encoding: 'utf8' })
  if (status === 0 || !report.test(stderr)) throw new Error(`the sanitizer does not work: exit code ${status}\n${stderr}`)
}

function output (command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout
}
