'use strict'

// Packs, and compares the tarball with what the package promises. With TARBALL=file
// in the environment it takes that one; with COMPLETE=1 it wants all platforms in it.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { delimiter, dirname, join, resolve } = require('node:path')
const test = require('node:test')
const { gzipSync } = require('node:zlib')
const { check, oldest } = require('./binaries.js')
const { ROOT, fileOf, files: binaries, targets } = require('./platforms.js')

const manifest = require('../package.json')

const MOST_BYTES = 2.5e6 // with all platforms

// What package.json lists in `files`, and what npm adds to it.
const tracked = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...manifest.files.map(file => file.replace(/^\//, ''))], {
  cwd: ROOT, encoding: 'utf8', env: { ...process.env, GIT_GLOB_PATHSPECS: '1' }
}).stdout.trim().split('\n')
const OTHER_FILES = [...tracked, 'LICENSE', 'README.md', 'package.json']

const npm = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
const inModules = path => join(ROOT, 'node_modules', path)
const pnpm = inModules('pnpm/bin/pnpm.cjs')
const yarn1 = inModules('yarn/bin/yarn.js')
const yarn = inModules('@yarnpkg/cli-dist/bin/yarn.js')

const home = mkdtempSync(join(tmpdir(), 'pack-check-'))
test.after(() => rmSync(home, { recursive: true, force: true }))

// Without a network, if the system allows that.
const unshare = process.env.PATH.split(delimiter).map(folder => join(folder, 'unshare')).find(existsSync)
const withoutNetwork = [[unshare, '--map-root-user', '--net'], [unshare, '--net']]
  .find(([command, ...options]) => command && spawnSync(command, [...options, 'true']).status === 0)
const bin = join(home, 'bin')
mkdirSync(bin)
symlinkSync(process.execPath, join(bin, 'node'))
const env = {
  PATH: bin,
  HOME: home,
  npm_config_registry: 'http://127.0.0.1:9/', // where nothing listens
  npm_config_fetch_retries: '0',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  YARN_ENABLE_NETWORK: '0',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_GLOBAL_CACHE: '0'
}

/** Runs a JavaScript file with only Node.js on the PATH, without a registry. */
function run (cwd, ...args) {
  const [command, ...options] = [...(withoutNetwork ?? []), process.execPath, ...args]
  return spawnSync(command, options, { cwd, env, encoding: 'utf8' })
}

const tarball = process.env.TARBALL ? resolve(process.env.TARBALL) : pack()
const unpacked = join(home, 'unpacked')
mkdirSync(unpacked)
assert.strictEqual(spawnSync('tar', ['-xzf', tarball, '-C', unpacked]).status, 0)
const content = join(unpacked, 'package')
const files = readdirSync(content, { recursive: true }).filter(file => statSync(join(content, file)).isFile())
const packed = files.filter(file => file.endsWith('.node'))

function pack () {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
  const { status, stdout } = spawnSync(process.execPath, [join(__dirname, 'pack.js'), '--destination', home], options)
  assert.strictEqual(status, 0, 'pack.js failed: it says why above')
  return stdout.trim()
}

/** A folder that depends on nothing yet. */
function emptyFolder () {
  const folder = mkdtempSync(join(home, 'empty-'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "version": "1.0.0", "private": true }\n')
  return folder
}

function ok ({ status, stdout, stderr }) {
  assert.strictEqual(status, 0, stdout + stderr)
  return stdout
}

const PROGRAM = "const Slots = require('callosum-server-slots'); const slots = new Slots(); slots.get(); console.log(slots.get())"
const MODULE = "import Default, { CallosumServerSlots } from 'callosum-server-slots'; console.log(Default === CallosumServerSlots, new Default().get())"

test(`the network is ${withoutNetwork ? 'off' : 'on, but no registry is reachable'}, and Rust is not on the PATH`, () => {
  const program = join(home, 'outside.js')
  writeFileSync(program, `
    const { spawnSync } = require('child_process')
    if (spawnSync('cargo', ['--version']).error === undefined) throw new Error('cargo runs')
    require('http').get(process.env.npm_config_registry, () => { throw new Error('a registry answers') }).on('error', () => {})
  `)
  ok(run(home, program))
})

test('the tarball has the binaries and the other files, no more', () => {
  assert.deepStrictEqual(files.filter(file => !packed.includes(file)).sort(), OTHER_FILES.slice().sort())
  assert.deepStrictEqual(packed.filter(file => !binaries.includes(file)), [])
  assert.notStrictEqual(packed.length, 0)
})

test(process.env.COMPLETE ? 'it has the binaries of all platforms' : 'it has the binary of this platform', () => {
  const wanted = process.env.COMPLETE
    ? binaries
    : binaries.filter(file => file.includes(`.${process.platform}-${process.arch}`) && !file.includes('musl'))
  assert.notStrictEqual(wanted.length, 0)
  assert.deepStrictEqual(wanted.filter(file => !packed.includes(file)), [])
})

test('it has at most 2.5 MB, when it has as many binaries as there are platforms', t => {
  const sizes = packed.map(file => gzipSync(readFileSync(join(content, file)), { level: 9 }).length)
  const bytes = statSync(tarball).size
  const whole = bytes + Math.max(...sizes) * (binaries.length - packed.length)
  const largest = Math.max(...packed.map(file => statSync(join(content, file)).size))
  t.diagnostic(`${bytes} bytes with ${packed.length} binaries; with ${binaries.length}, about ${whole}; the largest binary, unpacked: ${largest}`)
  assert.ok(whole <= MOST_BYTES, String(whole))
})

for (const target of targets.filter(target => packed.includes(fileOf(target)))) {
  test(`${fileOf(target)} is for ${target}, exports one function, and needs nothing that a system lacks`, async t => {
    const { facts, faults } = await check(target, join(content, fileOf(target)))
    t.diagnostic(`${oldest(facts) || facts.format}; ${facts.libraries.join(', ')}`)
    assert.deepStrictEqual(faults, [])
  })
}

test('its package.json has no script and no dependency', () => {
  const packed = JSON.parse(readFileSync(join(content, 'package.json')))
  const { scripts, devDependencies, overrides, allowScripts, napi, ...rest } = manifest
  assert.deepStrictEqual(packed, rest)
  assert.deepStrictEqual(['dependencies', 'optionalDependencies'].filter(key => key in packed), [])
  // An optional peer is installed where the user asks for it.
  assert.deepStrictEqual(packed.peerDependenciesMeta, { '@types/node': { optional: true } })
  assert.ok(!files.includes('binding.gyp')) // for which npm would run node-gyp
})

test('its documents link to what is in it', () => {
  const dead = files.filter(file => file.endsWith('.md')).flatMap(file => {
    const links = readFileSync(join(content, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)|<(?:img|source|a)[^>]* (?:src|srcset|href)="(?!https?:|#)([^"#]+)/g)
    return Array.from(links, ([, ...paths]) => paths.find(Boolean))
      .filter(link => !existsSync(join(content, dirname(file), link)))
      .map(link => `${file}: ${link}`)
  })
  assert.deepStrictEqual(dead, [])
})

test('Rust builds it from source, where no binary fits', () => {
  const folder = join(home, 'from-source')
  cpSync(content, folder, { recursive: true })
  for (const file of packed) rmSync(join(folder, file))
  symlinkSync(join(ROOT, 'target'), join(folder, 'target'), 'junction') // where what it depends on is compiled
  ok(spawnSync(process.execPath, ['build-from-source.js'], { cwd: folder, encoding: 'utf8' }))
  assert.strictEqual(ok(spawnSync(process.execPath, ['-p', 'new (require("."))().get()'], { cwd: folder, encoding: 'utf8' })), '0\n')
})

for (const [title, ...command] of [
  ['npm installs it where scripts are an error', npm, 'install', '--strict-allow-scripts'],
  ['pnpm installs it', pnpm, 'add', '--offline'],
  ['yarn 1 installs it', yarn1, 'add', '--offline']
]) {
  test(`${title}, and CommonJS and ES modules load it`, () => {
    const folder = emptyFolder()
    ok(run(folder, ...command, `file:${tarball}`))
    assert.strictEqual(ok(run(folder, '-e', PROGRAM)), '1\n')
    assert.strictEqual(ok(run(folder, '--input-type=module', '-e', MODULE)), 'true 0\n')
  })
}

for (const linker of ['pnp', 'node-modules']) {
  test(`yarn 4 installs it, linked by ${linker}`, () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'yarn.lock'), '')
    writeFileSync(join(folder, '.yarnrc.yml'), `nodeLinker: ${linker}\n`)
    ok(run(folder, yarn, 'add', `callosum-server-slots@file:${tarball}`))
    const program = join(folder, 'program.js')
    writeFileSync(program, PROGRAM)
    assert.strictEqual(ok(run(folder, yarn, 'node', program)), '1\n')
  })
}

test('npm installs it by a lockfile made on another platform, which is the same as one made here', () => {
  const [here, there] = [emptyFolder(), emptyFolder()]
  ok(run(here, npm, 'install', tarball))
  ok(run(there, npm, 'install', '--package-lock-only', '--os=darwin', '--cpu=arm64', tarball))
  const lock = readFileSync(join(there, 'package-lock.json'), 'utf8')
  assert.strictEqual(lock, readFileSync(join(here, 'package-lock.json'), 'utf8'))
  const [, installed] = Object.entries(JSON.parse(lock).packages).find(([path]) => path !== '')
  assert.deepStrictEqual(['os', 'cpu', 'libc', 'optional', 'hasInstallScript'].filter(key => key in installed), [])
  ok(run(there, npm, 'ci'))
  assert.strictEqual(ok(run(there, '-e', PROGRAM)), '1\n')
})

for (const [name, ...options] of [['publint', 'run', '--strict'], ['attw']]) {
  test(`${name} finds nothing wrong with it`, () => {
    ok(spawnSync('npx', ['--no-install', name, ...options, tarball], { cwd: ROOT, encoding: 'utf8' }))
  })
}
