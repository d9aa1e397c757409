'use strict'

// The package as a git dependency, from a bare repository on this machine.

const assert = require('assert')
const { spawnSync } = require('child_process')
const { mkdirSync, symlinkSync, writeFileSync } = require('fs')
const { delimiter, dirname, join } = require('path')
const { pathToFileURL } = require('url')
const test = require('node:test')
const { temporaryFolder } = require('./installed.js')

const ROOT = join(__dirname, '..')
const windows = process.platform === 'win32'

function run (command, options, folder, env = process.env) {
  return spawnSync(command, options, { cwd: folder, env, encoding: 'utf8', shell: windows })
}

function ok ({ status, stdout, stderr }) {
  assert.strictEqual(status, 0, stdout + stderr)
  return stdout.trim()
}

/** A bare repository of what is here, committed or not. */
function repository (folder) {
  const clone = join(folder, 'clone')
  const bare = join(folder, 'bare.git')
  ok(run('git', ['clone', '--quiet', '--depth', '1', pathToFileURL(ROOT).href, clone]))
  const files = ok(run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], ROOT)).split('\n')
  const { cpSync, existsSync } = require('fs')
  for (const file of files.filter(file => existsSync(join(ROOT, file)))) cpSync(join(ROOT, file), join(clone, file))
  ok(run('git', ['add', '--all'], clone))
  ok(run('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', 'commit', '--quiet', '--allow-empty', '-m', 'Now'], clone))
  ok(run('git', ['clone', '--quiet', '--bare', clone, bare]))
  return 'git+' + pathToFileURL(bare).href
}

function application (folder) {
  const application = join(folder, 'application')
  mkdirSync(application)
  writeFileSync(join(application, 'package.json'), '{ "private": true }')
  return application
}

/** A PATH with what npm and git need, and without Rust. */
function withoutRust (folder) {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const folders = process.env.PATH.split(delimiter).filter(folder => !/cargo|rustup/.test(folder))
  symlinkSync(process.execPath, join(bin, 'node'))
  return { ...process.env, PATH: [bin, dirname(process.execPath), ...folders].join(delimiter) }
}

test('npm builds a git dependency, where Rust is installed', t => {
  const folder = temporaryFolder(t)
  const app = application(folder)
  ok(run('npm', ['install', '--no-audit', '--no-fund', repository(folder)], app))
  assert.strictEqual(ok(run(process.execPath, ['-p', '"new (require(\'callosum-server-slots\'))().get()"'].map(part => windows ? part : part.replace(/^"|"$/g, '')), app)), '0')
})
