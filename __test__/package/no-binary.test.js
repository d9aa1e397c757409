'use strict'

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { readFileSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { files } = require('../../scripts/platforms.js')
const { temporaryFolder, install } = require('../support/installed.js')

const LOADER = readFileSync(path.join(__dirname, '..', '..', 'lib', 'load-native.js'), 'utf8')
const FILES = files.filter(file => file.includes(`.${process.platform}-${process.arch}`))

/** Loads a copy twice in a process of its own; returns what it prints. */
function loadTwice (copy) {
  const program = `
    for (const time of ['first', 'second']) {
      try { console.log(time, require(${JSON.stringify(copy)})) } catch (error) { console.log(time, error.code, error.message) }
    }`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  return stdout + stderr
}

/**
 * Runs the loader as on another machine: with that platform, and the binaries that load.
 * Returns what it loaded or threw, and what it required. It has nothing else to ask.
 */
function loadAs ({ platform, arch, binaries = {}, bundled = false, codes = {} }) {
  const asked = []
  const load = file => {
    const name = file.replace('../callosum-server-slots.', '')
    asked.push(name)
    if (name in binaries) return binaries[name]
    throw Object.assign(new Error(`Cannot load ${name}\nRequire stack:\n- /package/index.js`), { code: codes[name] ?? 'MODULE_NOT_FOUND' })
  }
  const values = {
    require: name => name === 'module' ? { createRequire: () => load } : load(name),
    module: {},
    process: { platform, arch, versions: { node: '20.1.0' } },
    ...(!bundled && { __filename: '/package/lib/load-native.js' })
  }
  const loader = new Function(...Object.keys(values), LOADER) // eslint-disable-line no-new-func
  try {
    loader(...Object.values(values))
    return { loaded: values.module.exports, asked }
  } catch (error) {
    return { error, asked }
  }
}

for (const [platform, arch, expected] of [
  ['linux', 'x64', ['linux-x64-musl.node', 'linux-x64-gnu.node', 'node']],
  ['linux', 'arm64', ['linux-arm64-musl.node', 'linux-arm64-gnu.node', 'node']],
  ['darwin', 'x64', ['darwin-x64.node', 'node']],
  ['darwin', 'arm64', ['darwin-arm64.node', 'node']],
  ['win32', 'x64', ['win32-x64-msvc.node', 'node']],
  ['win32', 'arm64', ['win32-arm64-msvc.node', 'node']],
  ['freebsd', 'x64', ['node']]
]) {
  test(`on ${platform} ${arch} the binaries to load are ${expected.join(', ')}`, () => {
    const { error, asked } = loadAs({ platform, arch })
    assert.deepStrictEqual([...new Set(asked)], expected)
    assert.strictEqual(error.code, 'ERR_NO_BINARY')
    for (const name of expected) {
      const binary = { name }
      assert.strictEqual(loadAs({ platform, arch, binaries: { [name]: binary } }).loaded, binary)
    }
  })
}

test('the loader looks for the files of the platforms that the package names, and no others', () => {
  const literals = [...LOADER.matchAll(/case '.+': return require\('\.\.\/(.+)'\)/g)]
  assert.deepStrictEqual(literals.map(([, file]) => file).sort(), files.slice().sort())
})

const HELP = [
  'There are binaries for Linux (glibc 2.17 or later, or musl), macOS and Windows, on x64 and arm64.',
  'If the file is missing or damaged, install the package again. A bundle takes the .node files along, or leaves the package out, as external.',
  'Where no binary fits, Rust (https://rustup.rs) builds one: node node_modules/callosum-server-slots/build-from-source.js'
]
for (const [where, machine, lines] of [
  ['where the files are missing', { platform: 'linux', arch: 'x64' }, [
    'linux x64, in Node.js 20.1.0', 'linux-x64-musl: Cannot load linux-x64-musl.node', 'linux-x64-gnu: Cannot load linux-x64-gnu.node', ...HELP
  ]],
  ['in a module without a file name, as in a bundle', { platform: 'darwin', arch: 'arm64', bundled: true }, [
    'darwin arm64, in Node.js 20.1.0', 'darwin-arm64: Cannot load darwin-arm64.node', ...HELP
  ]],
  ['where there is no binary', { platform: 'freebsd', arch: 'x64' }, [
    'freebsd x64, in Node.js 20.1.0', 'freebsd-x64: Cannot load node', ...HELP
  ]],
  ['where addons are forbidden', { platform: 'linux', arch: 'x64', codes: { 'linux-x64-gnu.node': 'ERR_DLOPEN_DISABLED' } }, [
    'linux x64, in Node.js 20.1.0', 'linux-x64-musl: Cannot load linux-x64-musl.node', 'linux-x64-gnu: Cannot load linux-x64-gnu.node', "Node.js's permission model needs --allow-addons. Without it, leave out --no-addons."
  ]]
]) {
  test(`the whole error ${where}`, () => {
    const { error } = loadAs(machine)
    assert.strictEqual(error.message, `callosum-server-slots has no binary that loads on ${lines.join('\n  ')}`)
  })
}

test('without a binary, each require() fails at once, and names the file', t => {
  const copy = install(temporaryFolder(t), { binaries: [] })
  const printed = loadTwice(copy)
  for (const time of ['first', 'second']) assert.match(printed, new RegExp(`^${time} ERR_NO_BINARY callosum`, 'm'))
  for (const file of FILES) assert.ok(printed.includes(file), printed)
})

test('of a damaged binary the error says that it does not load, not that it is missing', t => {
  const copy = install(temporaryFolder(t))
  for (const file of FILES) writeFileSync(path.join(copy, file), '\x7fELF')
  const printed = loadTwice(copy)
  assert.match(printed, /^first ERR_NO_BINARY/)
  assert.doesNotMatch(printed, /Cannot find/)
})

test('without Rust, building from source says what is missing', t => {
  const copy = install(temporaryFolder(t))
  const { status, stderr } = spawnSync(process.execPath, ['build-from-source.js'], { cwd: copy, env: { PATH: copy }, encoding: 'utf8' })
  assert.strictEqual(status, 1)
  assert.match(stderr, /cargo is not on the PATH/)
})
