'use strict'

// Checks that a binary fits its target. lief, from PyPI, reads the file.

const { spawnSync } = require('child_process')
const fs = require('fs')
const { homedir } = require('os')
const { join } = require('path')
const { ROOT } = require('./platforms.js')
const { pip, step } = require('./workshop.js')

const LIEF = '1.0.0'
const OLDEST_GLIBC = '2.17'
const OLDEST_MACOS = { x64: '10.12', arm64: '11.0' }

// The libraries that each system has. Some Linux systems lack libgcc_s, some Windows systems
// VCRUNTIME140.
const LIBRARIES = {
  gnu: /^(lib(c|m|dl|pthread|rt)\.so\.\d|ld-linux-(x86-64|aarch64)\.so\.\d)$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/lib(System\.B|iconv\.2)\.dylib$/,
  windows: /^(kernel32|ntdll|bcrypt|bcryptprimitives|advapi32|userenv|ws2_32|api-ms-win-[\w-]+)\.dll$/i
}
const FORMATS = { linux: 'ELF', darwin: 'Mach-O', windows: 'PE' }
const PROCESSORS = { x86_64: 'x64', aarch64: 'arm64' }

const HOMES = /\/(?:home|root|Users|github)\/[\w.-]+|[A-Z]:\\Users\\[\w.-]+/

/**
 * What lief reads in files: for each the format, the architecture, the exports, the
 * libraries that it needs, and what the format has of versions and signatures.
 */
async function read (files) {
  const lief = await step(`lief-${LIEF}`, folder => pip(folder, [`lief==${LIEF}`]))
  const env = { ...process.env, PYTHONPATH: lief }
  const { error, status, stdout, stderr } = spawnSync('python3', [join(__dirname, 'facts.py'), ...files], { env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (error || status !== 0) throw new Error(`Cannot read ${files.join(', ')}: ${error ? error.message : stderr.trim()}`)
  return JSON.parse(stdout)
}

function newest (versions) {
  return versions.slice().sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).pop()
}

/** The oldest glibc or macOS that a binary runs on, in words; undefined if it requires none. */
function oldest ({ versions = [], oldestMacOS }) {
  if (oldestMacOS) return `macOS ${oldestMacOS}`
  const glibc = newest(versions.filter(version => version.startsWith('GLIBC_')))
  return glibc && `glibc ${glibc.slice('GLIBC_'.length)}`
}

/**
 * The faults of a binary for a target.
 *
 * @param {string} target
 * @param {object} facts of the binary
 * @param {Buffer} content of it
 * @returns {string[]} a sentence for each fault
 */
function faultsOf (target, facts, content) {
  const [processor, , system, abi] = target.split('-')
  const architecture = PROCESSORS[processor]
  const faults = []
  const expect = (what, received, expected) => {
    if (received !== expected) faults.push(`${what} must be ${expected}. Received ${received}`)
  }
  expect('the format', facts.format, FORMATS[system])
  expect('the architecture', facts.architecture, architecture)
  // Mach-O puts an underscore before the names of C.
  expect('the exports', facts.exports.join(', '), `${system === 'darwin' ? '_' : ''}napi_register_module_v1`)
  const known = LIBRARIES[system === 'linux' ? abi : system]
  for (const library of facts.libraries) if (!known.test(library)) faults.push(`it needs ${library}, which not every system has`)
  if (system === 'linux') {
    const glibc = oldest(facts)
    if (abi === 'musl') expect('the oldest glibc', glibc, undefined)
    else if (!glibc || newest([glibc, `glibc ${OLDEST_GLIBC}`]) !== `glibc ${OLDEST_GLIBC}`) faults.push(`the oldest glibc must be ${OLDEST_GLIBC} or older. Received ${glibc}`)
  }
  if (system === 'darwin') {
    expect('the oldest macOS', facts.oldestMacOS, OLDEST_MACOS[architecture])
    // macOS on arm64 loads no binary without a signature. An ad-hoc signature suffices.
    if (architecture === 'arm64') expect('the signature', JSON.stringify(facts.signature), JSON.stringify({ adHoc: true, wrongPages: 0 }))
  }
  const text = content.toString('latin1')
  for (const path of [ROOT, homedir()]) if (text.includes(`${path}/`)) faults.push(`it holds a path of this machine, ${path}`)
  const [home] = text.match(HOMES) || []
  if (home) faults.push(`it holds a path of a machine, ${home}`)
  return faults
}

/** The faults of a file for a target, and the facts that lief read in it. */
async function check (target, file) {
  const [facts] = await read([file])
  return { facts, faults: faultsOf(target, facts, fs.readFileSync(file)) }
}

module.exports = { check, faultsOf, oldest, read }
