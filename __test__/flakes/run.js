'use strict'

// Runs the tests again and again on a busy machine, to find those that fail now and then:
// npm run test:flakes -- --help

const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { run } = require('node:test')

const { flag, integer, readOptions } = require('../../common/options')

const ROOT = path.join(__dirname, '..', '..')
const FOLDERS = ['package', 'programs'].map(name => path.join(ROOT, '__test__', name))
const TIMEOUT = 300000 // ms a test, as in npm test
const MOST_LINES = 20 // of an error

const ABOUT = `Runs the tests of Rust and JavaScript, or the test files that are named, again and
again while other processes keep the processors busy. Prints which test failed in
which run, and exits with 1 if any did. Needs what npm run build makes.`

const testFile = {
  name: 'An argument',
  most: Infinity,
  takes: 'the name of a test file',
  read: text => fs.statSync(text, { throwIfNoEntry: false })?.isFile() ? path.resolve(text) : undefined
}

async function main () {
  const { runs, busy, stop, words } = readOptions('npm run test:flakes -- [options] [file …]', {
    runs: integer(1, 10000, 'how often', { standard: 20 }),
    busy: integer(0, 1000, 'how many processes to keep busy', { standard: os.cpus().length }),
    stop: flag('stops after the first run in which a test fails')
  }, { about: ABOUT, words: testFile })
  const rust = words.length === 0
  const files = rust ? allFiles() : words

  if (rust) build()
  keepBusy(busy)
  const failures = new Map() // from each test to the runs in which it failed
  let done = 0
  while (done < runs) {
    done++
    const began = Date.now()
    let failed = 0
    const onFailure = (name, error) => {
      failed++
      console.log(`  ${name}\n${indented(error)}`)
      failures.set(name, [...(failures.get(name) || []), done])
    }
    if (rust) await testRust(onFailure)
    const passed = await testJavaScript(files, onFailure)
    console.log(`run ${done} of ${runs}: ${passed} passed, ${failed} failed, ${((Date.now() - began) / 1000).toFixed(0)} s`)
    if (stop && failures.size > 0) break
  }
  console.log(failures.size === 0 ? `no test failed in ${done} runs` : 'failed:')
  for (const [name, of] of failures) console.log(`  ${name}: in run ${of.join(', ')}`)
  process.exit(failures.size === 0 ? 0 : 1)
}

/** What tests would otherwise build within their time limits. */
function build () {
  for (const values of [['test', '--no-run'], ['build', '--release', '--locked', '--manifest-path', 'simulate/Cargo.toml']]) {
    const { status } = spawnSync('cargo', ['--quiet', ...values], { cwd: ROOT, stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
}

function allFiles () {
  return FOLDERS.flatMap(folder => fs.readdirSync(folder)
    .filter(name => name.endsWith('.test.js'))
    .map(name => path.join(folder, name)))
}

/** Starts processes that do nothing, as much as they can, until this one ends. */
function keepBusy (count) {
  // Each ends when its standard input does, so none is left if this process is killed.
  const source = 'process.stdin.on("end", () => process.exit()).resume(); (function work () { for (let i = 0; i < 1e8; i++); setImmediate(work) })()'
  for (let i = 0; i < count; i++) spawn(process.execPath, ['-e', source], { stdio: ['pipe', 'ignore', 'ignore'] })
}

/** What failed of the Rust tests, by the lines that cargo ends with. */
async function testRust (onFailure) {
  const cargo = spawn('cargo', ['test', '--quiet', '--no-fail-fast'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [cargo.stdout, cargo.stderr]) stream.setEncoding('utf8').on('data', text => { output += text })
  const code = await new Promise((resolve, reject) => cargo.on('close', resolve).on('error', reject))
  if (code === 0) return
  const names = new Set(Array.from(output.matchAll(/^ {4}(\S+)$/gm), ([, name]) => name))
  for (const name of names.size > 0 ? names : ['cargo test']) onFailure(name, `cargo test ended with ${code}\n${lastLines(output)}`)
}

/** Resolves to how many tests passed. A file that crashes or has no test is reported as a failed test. */
function testJavaScript (files, onFailure) {
  return new Promise((resolve, reject) => {
    let passed = 0
    const crashed = new Map() // from each file to its error
    const written = new Map() // from each file to what it wrote to its standard error
    run({ files, concurrency: true, timeout: TIMEOUT })
      .on('test:pass', ({ name, file }) => {
        if (isFile(name, file)) onFailure(path.relative(ROOT, path.resolve(name)), 'no test in it') // otherwise its tests are reported one by one
        else passed++
      })
      .on('test:fail', ({ name, file, todo, details: { error } }) => {
        if (error.failureType === 'subtestsFailed' || todo !== undefined) return // a subtest is reported itself
        if (isFile(name, file)) crashed.set(path.resolve(name), error)
        else onFailure(`${path.relative(ROOT, file)}: ${name}`, textOf(error))
      })
      .on('test:stderr', ({ file, message }) => written.set(file, (written.get(file) || '') + message))
      .on('end', () => {
        for (const [file, error] of crashed) {
          onFailure(path.relative(ROOT, file), `${textOf(error)}\n${lastLines(written.get(file) || '')}`.trim())
        }
        resolve(passed)
      })
      .on('error', reject)
      .resume()
  })
}

/** Whether an event tells of a test file as a whole. */
function isFile (name, file) {
  return file === undefined || path.resolve(name) === file
}

function textOf ({ cause, message }) {
  return String((cause && cause.stack) || cause || message)
}

/** What `indented` leaves of a text below one more line. */
function lastLines (text) {
  return text.trim().split('\n').slice(1 - MOST_LINES).join('\n')
}

function indented (text) {
  return text.split('\n').slice(0, MOST_LINES).map(line => `    ${line}`).join('\n')
}

main()
