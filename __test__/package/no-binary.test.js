'use strict'

const assert = require('assert')
const { spawnSync } = require('child_process')
const { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('fs')
const { createRequire } = require('module')
const { join } = require('path')
const test = require('node:test')
const { temporaryFolder, install } = require('../support/installed.js')

const ROOT = join(__dirname, '..', '..')

function errorOf (copy) {
  try {
    require(copy)
  } catch (error) {
    return error
  }
  throw new Error('it loads')
}

/** The file for this platform, among those for others. */
function binaryOf (folder) {
  const name = `callosum-server-slots.${process.platform}-${process.arch}`
  const files = readdirSync(folder).filter(file => file.startsWith(name) && file.endsWith('.node'))
  if (files.length < 2) return files[0]
  const { glibcVersionRuntime } = process.report.getReport().header
  return files.find(file => file.endsWith(glibcVersionRuntime ? '-gnu.node' : '-musl.node'))
}

function run (copy, options) {
  return spawnSync(process.execPath, [...options, '-e', `require(${JSON.stringify(copy)})`], { encoding: 'utf8' }).stderr
}

test('without its binary, on a platform that has one, the error names the file and says to install it again', t => {
  const copy = install(temporaryFolder(t), { binaries: [] })
  const { code, message, cause } = errorOf(copy)
  assert.strictEqual(code, 'ERR_NO_BINARY')
  assert.ok(message.includes(`the file is missing: ${binaryOf(ROOT)}`), message)
  assert.match(message, /Install the package again/)
  assert.ok(message.includes(`${process.platform} ${process.arch}`), message)
  assert.ok(message.includes(`Node.js ${process.versions.node}`), message)
  const [, file] = message.match(/^ {2}node (".+")$/m)
  assert.strictEqual(JSON.parse(file), join(copy, 'build-from-source.js'))
  assert.strictEqual(cause.code, 'MODULE_NOT_FOUND')
})

test('on a platform without a binary, the error says so, what is supported, and the command that builds', t => {
  const copy = install(temporaryFolder(t))
  const program = `
    Object.defineProperty(process, 'platform', { value: 'freebsd' })
    try { require(${JSON.stringify(copy)}) } catch (error) { console.log(error.code, error.message) }`
  const { stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
  assert.match(stdout, /^ERR_NO_BINARY .*\n {2}because there is none for this platform: freebsd/)
  assert.match(stdout, /glibc 2\.17 or later.*musl.*macOS.*Windows.*x64 and arm64/)
  assert.match(stdout, /node ".*build-from-source\.js"/)
})

test('a truncated binary is named in the error, with the reason', t => {
  const file = binaryOf(ROOT)
  const copy = install(temporaryFolder(t), { binaries: [file] })
  writeFileSync(join(copy, file), readFileSync(join(copy, file)).slice(0, 40))
  const { code, message } = errorOf(copy)
  assert.strictEqual(code, 'ERR_NO_BINARY')
  assert.ok(message.includes(`because ${file} does not load on ${process.platform} ${process.arch}`), message)
  assert.match(message, /Install the package again if the file is damaged/)
})

test('with --no-addons, the error says that', t => {
  assert.match(run(install(temporaryFolder(t)), ['--no-addons']), /because addons are turned off: start Node\.js without --no-addons/)
})

test('under the permission model, the error says which permission is missing', t => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const stderr = run(install(temporaryFolder(t)), [flag, '--allow-fs-read=*'])
  assert.match(stderr, /because the permission model forbids addons: start Node\.js with --allow-addons/)
})

test('in a bundle, the error says to keep the package out of it, and points to no script', t => {
  const copy = install(temporaryFolder(t), { binaries: [] })
  rmSync(join(copy, 'build-from-source.js'))
  const { code, message } = errorOf(copy)
  assert.strictEqual(code, 'ERR_NO_BINARY')
  assert.match(message, /keep callosum-server-slots out of it/)
  assert.ok(!message.includes('build-from-source'), message)
})

test('where there is no __dirname, as in an ES module, the error still says what is missing', t => {
  const copy = install(temporaryFolder(t), { binaries: [] })
  const code = readFileSync(join(copy, 'lib', 'load-native.js'), 'utf8')
  const load = new Function('require', 'module', code) // eslint-disable-line no-new-func
  assert.throws(() => load(createRequire(join(copy, 'lib', 'load-native.js')), {}), { code: 'ERR_NO_BINARY', message: /keep callosum-server-slots out of it/ })
})

test('where the binary does not load, a second require() fails like the first one', () => {
  const program = `
    for (const time of ['first', 'second']) {
      try {
        require('.')
        console.log(time + ': it loads')
      } catch (error) {
        console.log(time + ': ' + error.code)
      }
    }`
  const env = { ...process.env, CALLOSUM_TEST_BINARY: join(__dirname, 'no-binary.test.js') }
  const preload = join(__dirname, '..', 'support', 'preload', 'other-binary.js')
  const { stdout, stderr } = spawnSync(process.execPath, ['-r', preload, '-e', program], { cwd: join(__dirname, '..', '..'), env, encoding: 'utf8' })
  assert.strictEqual(stdout, 'first: ERR_NO_BINARY\nsecond: ERR_NO_BINARY\n', stderr)
})

const GLIBC = { getReport: () => ({ header: { glibcVersionRuntime: '2.36' } }) }
const MUSL = { getReport: () => ({ header: {} }) }

/**
 * Runs the loader as on another machine: with that platform, these files, and the
 * binaries that load; without a folder as in a bundle. Returns what it loaded or threw,
 * and what it looked for.
 */
function loadAs ({ platform, arch, files = [], binaries = {}, folder = '/package/lib', report = GLIBC, code = 'MODULE_NOT_FOUND' }) {
  const asked = []
  const load = file => {
    asked.push(file.replace('../callosum-server-slots.', ''))
    if (binaries[asked[asked.length - 1]] !== undefined) return binaries[asked[asked.length - 1]]
    throw Object.assign(new Error(`${file} fails`), { code })
  }
  const modules = { fs: { existsSync: file => files.includes(file) }, module: { createRequire: () => load }, path: require('path') }
  const values = { require: name => modules[name] || load(name), module: {}, process: { platform, arch, versions: { node: '20.1.0' }, report }, __dirname: folder || undefined, __filename: folder ? `${folder}/load-native.js` : undefined }
  const run = new Function(...Object.keys(values), readFileSync(join(ROOT, 'lib', 'load-native.js'), 'utf8')) // eslint-disable-line no-new-func
  try {
    run(...Object.values(values))
    return { loaded: values.module.exports, asked }
  } catch (error) {
    return { error, asked }
  }
}

for (const [platform, arch, files, expected] of [
  ['linux', 'x64', [], ['linux-x64-gnu', 'linux-x64-musl']],
  ['linux', 'x64', ['/lib/ld-musl-x86_64.so.1'], ['linux-x64-musl', 'linux-x64-gnu']],
  ['linux', 'x64', ['/lib/ld-musl-aarch64.so.1'], ['linux-x64-gnu', 'linux-x64-musl']],
  ['linux', 'arm64', [], ['linux-arm64-gnu', 'linux-arm64-musl']],
  ['linux', 'arm64', ['/lib/ld-musl-aarch64.so.1'], ['linux-arm64-musl', 'linux-arm64-gnu']],
  ['linux', 'arm64', ['/lib/ld-musl-x86_64.so.1'], ['linux-arm64-gnu', 'linux-arm64-musl']],
  ['darwin', 'x64', [], ['darwin-x64']],
  ['darwin', 'arm64', [], ['darwin-arm64']],
  ['win32', 'x64', [], ['win32-x64-msvc']],
  ['win32', 'arm64', [], ['win32-arm64-msvc']],
  ['linux', 'ppc64', [], []],
  ['freebsd', 'x64', [], []]
]) {
  const names = expected.map(name => `${name}.node`)
  test(`on ${platform} ${arch}${files.length > 0 ? ` with ${files}` : ''} the binaries to load are ${[...names, 'that built from source'].join(', ')}`, () => {
    const { error, asked } = loadAs({ platform, arch, files })
    assert.deepStrictEqual(asked, [...names, 'node'])
    assert.strictEqual(error.code, 'ERR_NO_BINARY')
    assert.strictEqual(error.cause.message, `../callosum-server-slots.${names[0] || 'node'} fails`)
    for (const name of [...names, 'node']) {
      const binary = { name }
      assert.strictEqual(loadAs({ platform, arch, files, binaries: { [name]: binary } }).loaded, binary)
    }
  })
}

test('in a bundle without a file name, nothing that was built from source is looked for', () => {
  const { error, asked } = loadAs({ platform: 'freebsd', arch: 'x64', folder: '' })
  assert.deepStrictEqual([asked, error.code, error.cause], [[], 'ERR_NO_BINARY', undefined])
})

const SUPPORTED = 'Supported: Linux with glibc 2.17 or later, Linux with musl, macOS and Windows, each on x64 and arm64.'
const BUNDLE = 'This is a bundle: keep callosum-server-slots out of it, as an external package, or have the bundler take the .node files along.'
const BUILD = ['To build it from source, with Rust 1.88 or later (https://rustup.rs) on the PATH:', `node ${JSON.stringify(join('/package', 'build-from-source.js'))}`]
const files = [join('/package', 'build-from-source.js')]

for (const [name, machine, lines] of [
  ['where the file is missing', { platform: 'linux', arch: 'x64', files }, [
    'because the file is missing: callosum-server-slots.linux-x64-gnu.node, for linux x64 glibc 2.36, Node.js 20.1.0',
    'Install the package again: it contains the file.', ...BUILD
  ]],
  ['where the file is missing, on macOS', { platform: 'darwin', arch: 'arm64', files }, [
    'because the file is missing: callosum-server-slots.darwin-arm64.node, for darwin arm64, Node.js 20.1.0',
    'Install the package again: it contains the file.', ...BUILD
  ]],
  ['where the file is missing, on Windows', { platform: 'win32', arch: 'x64', files }, [
    'because the file is missing: callosum-server-slots.win32-x64-msvc.node, for win32 x64, Node.js 20.1.0',
    'Install the package again: it contains the file.', ...BUILD
  ]],
  ['where the file is missing in a bundle', { platform: 'linux', arch: 'arm64', report: MUSL, folder: '' }, [
    'because the file is missing: callosum-server-slots.linux-arm64-gnu.node, for linux arm64 without glibc, Node.js 20.1.0', BUNDLE
  ]],
  ['on another platform', { platform: 'freebsd', arch: 'x64', files }, [
    'because there is none for this platform: freebsd x64, Node.js 20.1.0', SUPPORTED, ...BUILD
  ]],
  ['on a platform whose name ends like another', { platform: 'gnudarwin', arch: 'x64', files }, [
    'because there is none for this platform: gnudarwin x64, Node.js 20.1.0', SUPPORTED, ...BUILD
  ]],
  ['on a processor whose name begins like another', { platform: 'darwin', arch: 'x64_32', files }, [
    'because there is none for this platform: darwin x64_32, Node.js 20.1.0', SUPPORTED, ...BUILD
  ]],
  ['on another platform in a bundle', { platform: 'freebsd', arch: 'x64', folder: '' }, [
    'because there is none for this platform: freebsd x64, Node.js 20.1.0', SUPPORTED, BUNDLE
  ]],
  ['where the runtime has no report', { platform: 'linux', arch: 'ppc64', report: null, files }, [
    'because there is none for this platform: linux ppc64 without glibc, Node.js 20.1.0', SUPPORTED, ...BUILD
  ]],
  ['where the file does not load', { platform: 'darwin', arch: 'x64', code: 'ERR_DLOPEN_FAILED', files }, [
    'because callosum-server-slots.darwin-x64.node does not load on darwin x64, Node.js 20.1.0: ../callosum-server-slots.darwin-x64.node fails',
    'Install the package again if the file is damaged.', SUPPORTED, ...BUILD
  ]],
  ['where the file does not load in a bundle', { platform: 'darwin', arch: 'x64', code: 'ERR_DLOPEN_FAILED', folder: '' }, [
    'because callosum-server-slots.darwin-x64.node does not load on darwin x64, Node.js 20.1.0: ../callosum-server-slots.darwin-x64.node fails',
    'Install the package again if the file is damaged.', SUPPORTED, BUNDLE
  ]]
]) {
  test(`the whole error ${name}`, () => {
    const { error } = loadAs(machine)
    assert.strictEqual(error.message, ['callosum-server-slots cannot load its binary', ...lines].join('\n  '))
  })
}

test('another package of the name that the loader would look for is not loaded', t => {
  const folder = temporaryFolder(t)
  const copy = install(folder, { binaries: [] })
  const other = join(folder, 'node_modules', binaryOf(ROOT).replace('slots.', 'slots-').replace('.node', ''))
  mkdirSync(other)
  writeFileSync(join(other, 'package.json'), '{ "version": "1.0.0" }')
  writeFileSync(join(other, 'index.js'), 'global.otherWasLoaded = true')
  assert.strictEqual(errorOf(copy).code, 'ERR_NO_BINARY')
  assert.strictEqual(global.otherWasLoaded, undefined)
})

test('without Rust, building from source says what is missing', t => {
  const copy = install(temporaryFolder(t))
  const { status, stderr } = spawnSync(process.execPath, ['build-from-source.js'], { cwd: copy, env: { PATH: copy }, encoding: 'utf8' })
  assert.strictEqual(status, 1)
  assert.match(stderr, /cargo is not on the PATH/)
})

test('the loader looks for the files of the platforms that the package names, and no others', () => {
  const loader = readFileSync(join(ROOT, 'lib', 'load-native.js'), 'utf8')
  const { files } = require('../../scripts/platforms.js')
  assert.strictEqual(files.length, 8)
  const literals = [...loader.matchAll(/case '(.+)': return require\('\.\.\/(.+)'\)/g)]
  assert.deepStrictEqual(literals.map(([, , file]) => file).sort(), files.slice().sort())
  for (const [, name, file] of literals) assert.strictEqual(file, `callosum-server-slots.${name}.node`)
})
