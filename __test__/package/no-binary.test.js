'use strict'

const assert = require('assert')
const { spawnSync } = require('child_process')
const { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } = require('fs')
const { join } = require('path')
const test = require('node:test')
const { temporaryFolder, install } = require('../support/installed.js')

function errorOf (copy) {
  try {
    require(copy)
  } catch (error) {
    return error
  }
  throw new Error('it loads')
}

function causesOf (error) {
  const causes = []
  for (let cause = error.cause; cause; cause = cause.cause) causes.push(cause.message)
  return causes.join('\n')
}

function binaryOf (copy) {
  return readdirSync(copy).find(file => file.startsWith('callosum-server-slots.' + process.platform))
}

test('without a binary, the error names the platform, what is supported, and the command that builds', t => {
  const copy = install(temporaryFolder(t), { binaries: [] })
  const { code, message } = errorOf(copy)
  assert.strictEqual(code, 'ERR_NO_BINARY')
  assert.ok(message.includes(`${process.platform} ${process.arch}`), message)
  assert.ok(message.includes(`Node.js ${process.versions.node}`), message)
  assert.match(message, /glibc 2\.17 or later.*musl.*macOS.*Windows.*x64 and arm64/)
  const [, file] = message.match(/^ {2}node (".+")$/m)
  assert.strictEqual(JSON.parse(file), join(copy, 'build-from-source.js'))
  assert.ok(existsSync(JSON.parse(file)))
})

test('the causes in that error are what the loader tried', t => {
  const own = binaryOf(join(__dirname, '..', '..'))
  assert.ok(causesOf(errorOf(install(temporaryFolder(t), { binaries: [] }))).includes(own))
})

test('a binary that does not load is named in the error, with the reason', t => {
  const copy = install(temporaryFolder(t))
  const binary = join(copy, binaryOf(copy))
  writeFileSync(binary, 'no library')
  const { code, message } = errorOf(copy)
  assert.strictEqual(code, 'ERR_NO_BINARY')
  assert.match(message, /^ {2}because: .*callosum-server-slots\..+\.node/m)
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

test('another package of the name that the loader would look for is not loaded', t => {
  const folder = temporaryFolder(t)
  const copy = install(folder, { binaries: [] })
  const other = join(folder, 'node_modules', binaryOf(join(__dirname, '..', '..')).replace('slots.', 'slots-').replace('.node', ''))
  mkdirSync(other)
  writeFileSync(join(other, 'package.json'), '{ "version": "1.0.0" }')
  writeFileSync(join(other, 'index.js'), 'global.otherWasLoaded = true')
  assert.strictEqual(errorOf(copy).code, 'ERR_NO_BINARY')
  assert.strictEqual(global.otherWasLoaded, undefined)
})

test("a setting of the loader's that is meant for another package has no effect, and stays set", () => {
  const program = "new (require('.'))().get(); console.log(process.env.NAPI_RS_NATIVE_LIBRARY_PATH)"
  const env = { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: 'path', NAPI_RS_FORCE_WASI: 'error', NAPI_RS_WASI_FLAVOR: 'other' }
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: join(__dirname, '..', '..'), env, encoding: 'utf8' })
  assert.strictEqual(stdout, 'path\n', stderr)
})

test('without Rust, building from source says what is missing', t => {
  const copy = install(temporaryFolder(t))
  const { status, stderr } = spawnSync(process.execPath, ['build-from-source.js'], { cwd: copy, env: { PATH: copy }, encoding: 'utf8' })
  assert.strictEqual(status, 1)
  assert.match(stderr, /cargo is not on the PATH/)
})

test('the loader looks for the files of all platforms that the package names', () => {
  const loader = readFileSync(join(__dirname, '..', '..', 'native.js'), 'utf8')
  const { files } = require('../../packaging/platforms.js')
  assert.strictEqual(files.length, 8)
  assert.deepStrictEqual(files.filter(file => !loader.includes(`require('./${file}')`)), [])
})
