'use strict'

// The package as a git dependency, from a bare repository on this machine. This
// needs the registry: npm installs what the build needs, and builds.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { delimiter, join } = require('node:path')
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
  return 'git+' + pathToFileURL(bare).href
}

function emptyFolder (name) {
  const folder = join(home, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  return folder
}

test('npm builds a git dependency where Rust is installed', () => {
  const folder = emptyFolder('with-rust')
  ok(run(folder, env, 'npm', 'install', '--no-audit', '--no-fund', url))
  assert.strictEqual(ok(run(folder, env, 'node', '-p', "new (require('callosum-server-slots'))().get()")), '0')
})

test('without Rust, npm refuses a git dependency and says what is missing', () => {
  const folder = emptyFolder('without-rust')
  const bin = join(home, 'bin')
  mkdirSync(bin)
  const folders = process.env.PATH.split(delimiter).filter(existsSync)
  const programs = new Map(folders.reverse().flatMap(folder => readdirSync(folder).map(name => [name, join(folder, name)])))
  for (const [name, program] of programs) if (!/^(cargo|rust)/.test(name)) symlinkSync(program, join(bin, name))
  const { status, stderr } = run(folder, { ...env, PATH: bin }, 'npm', 'install', '--no-audit', '--no-fund', url)
  assert.notStrictEqual(status, 0)
  assert.match(stderr, /cargo is not on the PATH/)
  assert.match(stderr, /Install Rust 1\.88 or later/)
})
