'use strict'

// Loads the binary for this platform. If none loads, the error says what to do.

const { existsSync } = require('fs')
const { createRequire } = require('module')
const { join } = require('path')

function load () {
  const names = namesFor(process.platform, process.arch)
  const errors = []
  for (const name of names) {
    const binary = requireBinary(name, errors)
    if (binary !== undefined) return binary
  }
  const binary = requireBuiltHere(errors)
  if (binary !== undefined) return binary
  // errors[0] is about the expected file, not about that for the other C library.
  throw noBinary(names[0], errors[0])
}

/** The file name suffixes to try, in order. */
function namesFor (platform, arch) {
  const name = `${platform}-${arch}`
  if (platform === 'win32') return [`${name}-msvc`]
  if (platform !== 'linux') return [name]
  // musl's loader accepts a binary for glibc, so musl's own comes first there. glibc's
  // loader refuses a binary for musl.
  const hasMusl = existsSync(`/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`)
  return hasMusl ? [`${name}-musl`, `${name}-gnu`] : [`${name}-gnu`, `${name}-musl`]
}

// Bundlers find the files by these literals, and accept a missing file inside `try`.
function requireBinary (name, errors) {
  try {
    switch (name) {
      case 'linux-x64-gnu': return require('../callosum-server-slots.linux-x64-gnu.node')
      case 'linux-x64-musl': return require('../callosum-server-slots.linux-x64-musl.node')
      case 'linux-arm64-gnu': return require('../callosum-server-slots.linux-arm64-gnu.node')
      case 'linux-arm64-musl': return require('../callosum-server-slots.linux-arm64-musl.node')
      case 'darwin-x64': return require('../callosum-server-slots.darwin-x64.node')
      case 'darwin-arm64': return require('../callosum-server-slots.darwin-arm64.node')
      case 'win32-x64-msvc': return require('../callosum-server-slots.win32-x64-msvc.node')
      case 'win32-arm64-msvc': return require('../callosum-server-slots.win32-arm64-msvc.node')
    }
  } catch (error) {
    errors.push(error)
  }
}

/**
 * Loads what build-from-source.js has built. createRequire() hides the file from bundlers,
 * which would warn that it is missing.
 */
function requireBuiltHere (errors) {
  try {
    if (typeof __filename === 'string') return createRequire(__filename)('../callosum-server-slots.node')
  } catch (error) {
    errors.push(error)
  }
}

function noBinary (name, cause) {
  const isBundle = typeof __dirname !== 'string' || !existsSync(join(__dirname, '..', 'build-from-source.js'))
  const error = new Error(['callosum-server-slots cannot load its binary', ...explain(name, cause, isBundle)].join('\n  '))
  error.code = 'ERR_NO_BINARY'
  error.cause = cause
  return error
}

/** The lines of the message: the cause, and what helps. */
function explain (name, cause, isBundle) {
  if (cause !== undefined && cause.code === 'ERR_DLOPEN_DISABLED') {
    return process.permission === undefined
      ? ['because addons are turned off: start Node.js without --no-addons.']
      : ['because the permission model forbids addons: start Node.js with --allow-addons.']
  }
  const isMissingFile = cause === undefined || isMissing(cause)
  const file = `callosum-server-slots.${name}.node`
  if (isMissingFile && !isSupported(name)) {
    return [
      `because there is none for this platform: ${platform()}`,
      'Supported: Linux with glibc 2.17 or later, Linux with musl, macOS and Windows, each on x64 and arm64.',
      ...(isBundle ? [outOfBundle] : buildFromSource())
    ]
  }
  if (isMissingFile) {
    return [
      `because the file is missing: ${file}, for ${platform()}`,
      ...(isBundle
        ? [outOfBundle]
        : ['Install the package again: it contains the file.', ...buildFromSource()])
    ]
  }
  return [
    `because ${file} does not load on ${platform()}: ${cause.message}`,
    'Install the package again if the file is damaged.',
    'Supported: Linux with glibc 2.17 or later, Linux with musl, macOS and Windows, each on x64 and arm64.',
    ...(isBundle ? [outOfBundle] : buildFromSource())
  ]
}

const outOfBundle = 'This is a bundle: keep callosum-server-slots out of it, as an external package, or have the bundler take the .node files along.'

function buildFromSource () {
  return [
    'To build it from source, with Rust 1.88 or later (https://rustup.rs) on the PATH:',
    `node ${JSON.stringify(join(__dirname, '..', 'build-from-source.js'))}`
  ]
}

function isMissing (error) {
  return error.code === 'MODULE_NOT_FOUND'
}

function isSupported (name) {
  return /^(linux-(x64|arm64)-(gnu|musl)|darwin-(x64|arm64)|win32-(x64|arm64)-msvc)$/.test(name)
}

function platform () {
  return `${process.platform} ${process.arch}${process.platform === 'linux' ? libc() : ''}, Node.js ${process.versions.node}`
}

function libc () {
  const { glibcVersionRuntime } = process.report ? process.report.getReport().header : {}
  return glibcVersionRuntime ? ` glibc ${glibcVersionRuntime}` : ' without glibc'
}

module.exports = load()
