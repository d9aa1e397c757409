'use strict'

// Loads the binary for this platform through the generated loader, native.js, and
// says what to do where there is none.

// What the generated loader obeys. These are meant for no package in particular:
// set for another one, they would give us its binary.
const SETTINGS = ['NAPI_RS_NATIVE_LIBRARY_PATH', 'NAPI_RS_FORCE_WASI', 'NAPI_RS_WASI_FLAVOR']

function load () {
  const set = {}
  for (const name of SETTINGS) {
    if (process.env[name] === undefined) continue
    set[name] = process.env[name]
    delete process.env[name]
  }
  try {
    return require('../native.js')
  } catch (error) {
    return loadBuiltHere(error)
  } finally {
    Object.assign(process.env, set)
  }
}

/** What build-from-source.js has built. */
function loadBuiltHere (loaderError) {
  try {
    return require('../callosum-server-slots.node')
  } catch (error) {
    error.cause = loaderError
    throw cannotLoad(error)
  }
}

function cannotLoad (cause) {
  const causes = []
  for (let error = cause; error; error = error.cause) causes.push(error)
  // A binary that is there and does not load, as on a system that is too old,
  // tells more than those that are not there. The loader keeps no codes.
  const refused = causes.filter(error => !error.message.startsWith('Cannot find '))
  const lines = [
    `callosum-server-slots has no binary that runs on this platform: ${platform()}`,
    ...refused.map(error => `  because: ${error.message}`),
    'Supported: Linux with glibc 2.17 or later, Linux with musl, macOS and Windows, each on x64 and arm64.',
    'To build it from source, with Rust 1.88 or later (https://rustup.rs) on the PATH:',
    `  node ${JSON.stringify(require('path').join(__dirname, '..', 'build-from-source.js'))}`
  ]
  const error = new Error(lines.join('\n'))
  error.code = 'ERR_NO_BINARY'
  error.cause = cause
  return error
}

function platform () {
  const { glibcVersionRuntime } = process.platform === 'linux' && process.report ? process.report.getReport().header : {}
  const libc = process.platform !== 'linux' ? '' : glibcVersionRuntime ? ` glibc ${glibcVersionRuntime}` : ' without glibc'
  return `${process.platform} ${process.arch}${libc}, Node.js ${process.versions.node}`
}

module.exports = load()
