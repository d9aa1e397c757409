'use strict'

// The binaries that the package must contain.

const { join } = require('path')
const { napi } = require('../package.json')

const ROOT = join(__dirname, '..')

// As napi-rs and lib/load-native.js name them.
const SYSTEMS = { linux: 'linux', darwin: 'darwin', windows: 'win32' }
const PROCESSORS = { x86_64: 'x64', aarch64: 'arm64' }

/** The file of a Rust target such as x86_64-unknown-linux-gnu. */
function fileOf (target) {
  const [processor, , system, abi] = target.split('-')
  return [`${napi.binaryName}.${SYSTEMS[system]}-${PROCESSORS[processor]}`, abi].filter(Boolean).join('-') + '.node'
}

const { targets } = napi
const files = targets.map(fileOf)

/** The file of this machine; undefined if the package has none for it. */
function fileHere () {
  const { platform, arch, report } = process
  const libc = platform === 'linux' ? (report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl') : ''
  return files.find(file => file.includes(`.${platform}-${arch}`) && file.includes(libc))
}

module.exports = { ROOT, fileHere, fileOf, files, targets }
