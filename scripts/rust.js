'use strict'

// Rust for the targets: the compiler and the standard library, in a folder of their own. They
// come from rustup if it can download. Otherwise the machine's own Rust builds for Linux x64
// with glibc, and Debian's for the other targets.

const fs = require('fs')
const { join } = require('path')
const debian = require('./debian.js')
const { remapping } = require('./remapping.js')
const { FOLDER, run, say, step } = require('./workshop.js')

const VERSION = '1.95.0'
const HOST = 'x86_64-unknown-linux-gnu'

// A target whose standard library Debian has compiled; it has only the source for the others.
const COMPILED_BY_DEBIAN = 'aarch64-unknown-linux-gnu'

/**
 * What builds for a target.
 *
 * @returns {Promise<{ env: object, options: string[], lld: string, remap: string[] }>}
 *   the environment and the options of cargo, the path of LLVM's linker for macOS, and
 *   the options of rustc that keep this machine's paths out of a binary
 */
async function rust (target) {
  const installed = await rustup()
  if (!installed) return debianRust(target)
  await run(`rustup-${target}`, 'rustup', ['target', 'add', target], { env: installed.env }) // at once where it is there
  return installed
}

let installation

/** undefined if rustup cannot install a toolchain. */
function rustup () {
  installation = installation || install()
  return installation
}

async function install () {
  const home = join(FOLDER, `rustup-${VERSION}`)
  const env = { ...process.env, RUSTUP_HOME: home, RUSTUP_TOOLCHAIN: VERSION, RUSTUP_MAX_RETRIES: '1' }
  const options = ['toolchain', 'install', VERSION, '--profile', 'minimal', '--no-self-update']
  try {
    await step(`rustup-${VERSION}`, () => run('rustup', 'rustup', options, { env: { ...env, RUSTUP_TOOLCHAIN: undefined } }))
  } catch (error) {
    say(`rustup cannot install Rust ${VERSION}, so Debian's packages are used. ${error.message.split('\n')[0]}`)
    return undefined
  }
  const sysroot = join(home, 'toolchains', `${VERSION}-${HOST}`)
  return {
    env,
    options: [],
    lld: lldOf(sysroot),
    remap: remapping([join(sysroot, 'lib', 'rustlib', 'src', 'rust')])
  }
}

function lldOf (sysroot) {
  return join(sysroot, 'lib', 'rustlib', HOST, 'bin', 'gcc-ld', 'ld64.lld')
}

/** Debian's compiler, driven by the machine's cargo, which compiles the standard library too. */
async function debianRust (target) {
  const sysroot = (await run('sysroot', 'rustc', ['--print', 'sysroot'])).trim()
  const machine = { env: process.env, options: [], lld: lldOf(sysroot), remap: remapping() }
  if (target === HOST) return machine
  const { folder, version } = await debian.rust()
  const wrapper = await step(`debian-rustc-${version}`, wrapper => {
    script(join(wrapper, 'rustc'), join(folder, 'usr/lib/x86_64-linux-gnu'), join(folder, 'usr/bin/rustc'))
    // Debian has no rust-objcopy, with which rustc strips files for macOS.
    const bin = join(folder, 'usr/lib/rustlib', HOST, 'bin')
    fs.mkdirSync(bin, { recursive: true })
    script(join(bin, 'rust-objcopy'), join(sysroot, 'lib'), join(sysroot, 'lib/rustlib', HOST, 'bin/rust-objcopy'))
  })
  return {
    ...machine,
    env: { ...process.env, RUSTC: join(wrapper, 'rustc'), RUSTC_BOOTSTRAP: '1' },
    options: target === COMPILED_BY_DEBIAN ? [] : ['-Zbuild-std=std,panic_unwind'],
    remap: remapping([join(folder, 'usr/lib/rustlib/src/rust'), fs.realpathSync(join(folder, 'usr/lib/rustlib/src/rust'))])
  }
}

/** Makes a program that starts another one with libraries of its own. */
function script (file, libraries, program) {
  fs.writeFileSync(file, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${program}' "$@"\n`, { mode: 0o755 })
}

module.exports = { rust }
