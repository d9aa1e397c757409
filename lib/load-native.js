'use strict'

// Loads the binary for this platform. If none loads, the error says what to do. It asks
// nothing of the system, since Node.js's permission model and Deno may refuse it.

const { createRequire } = require('module')

const HELP = [
  'There are binaries for Linux (glibc 2.17 or later, or musl), macOS and Windows, on x64 and arm64.',
  'If the file is missing or damaged, install the package again. A bundle takes the .node files along, or leaves the package out, as external.',
  'Where no binary fits, Rust (https://rustup.rs) builds one: node node_modules/callosum-server-slots/build-from-source.js'
]
const HELP_WITHOUT_ADDONS = ["Node.js's permission model needs --allow-addons. Without it, leave out --no-addons."]

function load () {
  const errors = new Map() // by name
  const names = namesFor(process.platform, process.arch)
  // Stryker disable next-line StringLiteral: any other name is that of build-from-source.js
  for (const name of [...names, '']) {
    const binary = requireBinary(name, errors)
    if (binary !== undefined) return binary
  }
  const areForbidden = names.some(name => errors.get(name).code === 'ERR_DLOPEN_DISABLED')
  throw Object.assign(new Error([
    `callosum-server-slots has no binary that loads on ${process.platform} ${process.arch}, in Node.js ${process.versions.node}`,
    ...names.map(name => `${name}: ${errors.get(name).message.split('\n')[0]}`),
    ...(areForbidden ? HELP_WITHOUT_ADDONS : HELP)
  ].join('\n  ')), { code: 'ERR_NO_BINARY' })
}

/** The names of the binaries to try, in order. */
function namesFor (platform, arch) {
  const name = `${platform}-${arch}`
  // glibc's loader refuses a binary for musl, which needs a libc.so. musl's loader may accept
  // one for glibc, so it comes last.
  return platform === 'linux' ? [`${name}-musl`, `${name}-gnu`] : [name]
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
      case 'win32-x64': return require('../callosum-server-slots.win32-x64-msvc.node')
      case 'win32-arm64': return require('../callosum-server-slots.win32-arm64-msvc.node')
      // What build-from-source.js has built. createRequire() hides it from bundlers, which
      // would warn that it is missing.
      default: return createRequire(__filename)('../callosum-server-slots.node')
    }
  } catch (error) {
    errors.set(name, error)
  }
}

module.exports = load()
