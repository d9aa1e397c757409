'use strict'

// The package as a git dependency, from a bare repository on this machine. This
// needs the registry: npm installs what the build needs, and builds.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { ROOT } = require('./platforms.js')

const home = mkdtempSync(join(tmpdir(), 'git-dependency-'))
test.after(() => rmSync(home, { recursive: true, force: true }))

// What is built and fetched already is used again.
const env = { ...process.env, npm_config_prefer_offline: 'true', CARGO_TARGET_DIR: join(ROOT, 'target') }
for (const name of Object.keys(env)) if (/^(npm_|GIT_)/.test(name) && !/registry|cache|prefer_offline/.test(name)) delete env[name]

function run (folder, environment, command, ...options) {
  return spawnSync(command, options, { cwd: folder, env: environment, encoding: 'utf8' })
}

function ok ({ error, status, stdout, stderr }) {
  assert.strictEqual(status, 0, error ? error.message : stdout + stderr)
  return stdout.trim()
}

const url = bareRepository()

/** A repository with the files as they are now, committed or not. */
function bareRepository () {
  const work = join(home, 'work')
  const bare = join(home, 'callosum-server-slots.git')
  mkdirSync(work)
  const files = ok(run(ROOT, env, 'git', 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate')).split('\n')
  for (const file of files) if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(work, file))
  ok(run(work, env, 'git', 'init', '--quiet'))
  ok(run(work, env, 'git', 'add', '--all'))
  ok(run(work, env, 'git', '-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--message', 'Now'))
  ok(run(home, env, 'git', 'clone', '--quiet', '--bare', work, bare))
  return `git+${pathToFileURL(bare).href}#${ok(run(bare, env, 'git', 'rev-parse', 'HEAD'))}`
}

function emptyFolder (name, manifest = {}) {
  const folder = join(home, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  return folder
}

const slot = folder => ok(run(folder, env, 'node', '-p', "new (require('callosum-server-slots'))().get()"))

test('npm builds a git dependency where Rust is installed, if its scripts are allowed', () => {
  const folder = emptyFolder('npm', { allowScripts: { [url.replace(/#.*/, '')]: true } })
  ok(run(folder, env, 'npm', 'install', '--no-audit', '--no-fund', '--strict-allow-scripts', url))
  assert.strictEqual(slot(folder), '0')
})

test('pnpm builds a git dependency where Rust is installed, if its scripts are allowed', () => {
  const folder = emptyFolder('pnpm')
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), `onlyBuiltDependencies: ['callosum-server-slots@${url}']\n`)
  ok(run(folder, env, 'node', join(ROOT, 'node_modules/pnpm/bin/pnpm.cjs'), 'add', url))
  assert.strictEqual(slot(folder), '0')
})

test('without Rust, `prepare` says what is missing', () => {
  const { status, stderr } = run(ROOT, { ...env, PATH: home }, process.execPath, 'scripts/prepare.js')
  assert.strictEqual(status, 1)
  assert.match(stderr, /cargo is not on the PATH[^]*Install Rust/)
})
