'use strict'

// Runs the package's tests with the binaries that node scripts/build-all.js has made, and checks
// that on each system the right one of them is loaded:
//
//   node scripts/platforms/run.js [--jobs n] [target …]
//   node scripts/platforms/run.js --here [--jobs n]
//
//   --jobs    how many test files run at a time, 1 to 64; 1 by default
//   --here    tests on this system, in this Node.js, with the binary for it
//
// systems.js has the targets that can run on Linux x64. It downloads their systems into
// .platforms, from Debian, npm and PyPI, and they run in user and mount namespaces of their own.
// For arm64 this needs Linux 6.7 or later. TEST_PATIENCE=4 in the environment makes each test
// wait four times as long.

const { execFile, execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')

const { ROOT, fileHere, fileOf, targets } = require('../platforms.js')
const { FOLDER } = require('../workshop.js')
const { readOptions, runAll } = require('../runtimes/files.js')
const { platforms: known } = require('../runtimes/known.js')
const systems = require('./systems.js')

const TIMEOUT = 300000 // ms a file
const PATIENCE = Number(process.env.TEST_PATIENCE || 1) // times as long a wait, on a busy machine

/** Makes a copy of the checkout that has only the binary of one target, so that no other is loaded. */
function checkoutWith (target) {
  const folder = path.join(FOLDER, 'checkouts', target)
  fs.rmSync(folder, { recursive: true, force: true })
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'], { cwd: ROOT, encoding: 'utf8' })
  for (const file of files.split('\0')) {
    // Untracked files may be a folder: that of another repository.
    if (fs.statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.isFile()) fs.cpSync(path.join(ROOT, file), path.join(folder, file))
  }
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  fs.copyFileSync(path.join(ROOT, fileOf(target)), path.join(folder, fileOf(target)))
  return folder
}

const PROGRAM = `
  new (require('.'))()
  console.log(Object.keys(require.cache).filter(file => file.endsWith('.node')).map(file => require('path').basename(file)).join())`

/**
 * Checks that of all binaries that were built the target's is loaded.
 *
 * @throws {Error} if another one is
 */
async function assertLoads (target, { command: [binary, ...options], env }) {
  const { stdout } = await promisify(execFile)(binary, [...options, '-e', PROGRAM], { cwd: ROOT, env })
  if (stdout.trim() !== fileOf(target)) throw new Error(`the package must load ${fileOf(target)}. It loads ${stdout.trim()}`)
}

/** Tests a target on its system; returns whether all passed. */
async function test (target, { system, start, slower = 1 }, jobs, checkout = checkoutWith) {
  const title = `${target}, ${system}`
  try {
    const file = path.join(ROOT, fileOf(target))
    if (!fs.existsSync(file)) throw new Error(`${fileOf(target)} is missing. Build it: node scripts/build-all.js --targets ${target}`)
    const { command, env } = await start()
    const patience = PATIENCE * slower
    const runtime = {
      title,
      command,
      env: { ...process.env, ...env, TEST_PATIENCE: String(patience) },
      root: checkout(target),
      timeout: TIMEOUT * patience,
      jobs
    }
    await assertLoads(target, runtime)
    const tests = { ...runtime, command: [...command, '--test-reporter=tap'] }
    const { failed } = await runAll(tests, known.filter(({ targets }) => !targets || targets.includes(target)))
    return failed === 0
  } catch (error) {
    console.log(`${title} FAILED: ${error.message}`)
    return false
  }
}

async function main () {
  const { here, jobs, names } = readOptions(Object.keys(systems), { here: { type: 'boolean' } })
  if (here) {
    const target = targets.find(target => fileOf(target) === fileHere())
    if (target === undefined) throw new Error('The package has no binary for this system')
    const system = { system: `Node.js ${process.versions.node}`, start: async () => ({ command: [process.execPath] }) }
    if (!await test(target, system, jobs, () => ROOT)) process.exitCode = 1
    return
  }
  for (const target of names) if (!await test(target, systems[target], jobs)) process.exitCode = 1
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
