'use strict'

// Runs the package's tests with the binary of each platform that can run here, and installs
// the tarball there. See `--help`.

const { execFile, execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')

const { ROOT, fileHere, fileOf, targets } = require('../platforms.js')
const { FOLDER } = require('../workshop.js')
const { readOptions, runAll } = require('../runtimes/files.js')
const known = require('./known.js')
const systems = require('./systems.js')

const HELP = `Runs the package's tests with the binaries that node scripts/build-all.js has made, on
Linux x64, and installs the packed tarball on each of their systems.

  node scripts/platforms/run.js [--jobs n] [target …]
  node scripts/platforms/run.js --here [--jobs n]

  --jobs    how many test files run at a time, 1 to 64; 1 by default
  --here    tests on this system, in this Node.js, with the binary for it; on Linux
  --help    this text

Targets that can run here:
${Object.keys(systems).map(name => `  ${name}`).join('\n')}

Their systems are downloaded into .platforms, from Debian, npm and PyPI. They run in user
and mount namespaces of their own. For arm64 this needs Linux 6.7 or later.
TEST_PATIENCE=4 in the environment makes each test wait four times as long.
`
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

let tarball

/** Packs the package, with all binaries that exist. */
function pack () {
  if (tarball === undefined) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'platforms-'))
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
    const stdout = execFileSync(process.execPath, [path.join(__dirname, '..', 'pack.js'), '--as-is', '--destination', folder], { encoding: 'utf8' })
    tarball = stdout.trim()
  }
  return tarball
}

const PROGRAM = `
  const Slots = require('callosum-server-slots')
  const slots = new Slots()
  slots.get()
  const binaries = Object.keys(require.cache).filter(file => file.endsWith('.node'))
  console.log(slots.get(), binaries.map(file => require('path').basename(file)).join())`

/**
 * Installs the tarball with npm, without a registry.
 *
 * @throws {Error} if the binary of the target is not the one that is loaded
 */
async function install (target, { command: [binary, ...options], env }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'installed-'))
  try {
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    const npm = path.join(path.dirname(fs.realpathSync(process.execPath)), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
    const settings = { cwd: folder, env: { ...env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_audit: 'false', npm_config_fund: 'false' } }
    await promisify(execFile)(binary, [...options, npm, 'install', '--offline', pack()], settings)
    const { stdout } = await promisify(execFile)(binary, [...options, '-e', PROGRAM], settings)
    const expected = `1 ${fileOf(target)}`
    if (stdout.trim() !== expected) throw new Error(`the installed package must say ${expected}. It says ${stdout.trim()}`)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
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
    await install(target, runtime)
    const tests = { ...runtime, command: [...command, '--test-reporter=tap'] }
    const { failed } = await runAll(tests, known.filter(({ targets }) => !targets || targets.includes(target)))
    return failed === 0
  } catch (error) {
    console.log(`${title} FAILED: ${error.message}`)
    return false
  }
}

async function main () {
  const { here, jobs, names } = readOptions(Object.keys(systems), HELP, { here: { type: 'boolean' } })
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
