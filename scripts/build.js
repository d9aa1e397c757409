'use strict'

// Builds the addon for a target so that it runs on other machines too. Rust is what the caller
// passes: the one that is installed, or one that rustup puts into a folder of the project.

const { copyFileSync, rmSync } = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')
const { linking, rustTarget } = require('./linking.js')
const { ROOT, fileOf } = require('./platforms.js')
const { FOLDER, run, step } = require('./workshop.js')

const VERSION = '1.95.0'
const HOST = 'x86_64-unknown-linux-gnu'

/**
 * What builds for a target.
 *
 * @returns {Promise<{ env: object, lld: string, remap: string[] }>} the environment of cargo,
 *   the path of LLVM's linker for macOS, and options of rustc, see remapping()
 */
async function rust (target) {
  const name = `rustup-${VERSION}`
  const home = join(FOLDER, name)
  const env = { ...process.env, RUSTUP_HOME: home, RUSTUP_MAX_RETRIES: '1' }
  await step(name, () => run('rustup', 'rustup', ['toolchain', 'install', VERSION, '--profile', 'minimal', '--no-self-update'], { env }))
  env.RUSTUP_TOOLCHAIN = VERSION
  await run(`rustup-${target}`, 'rustup', ['target', 'add', target], { env }) // at once where it is there
  const rustlib = join(home, 'toolchains', `${VERSION}-${HOST}`, 'lib', 'rustlib')
  return { env, lld: join(rustlib, HOST, 'bin', 'gcc-ld', 'ld64.lld'), remap: remapping([join(rustlib, 'src', 'rust')]) }
}

/**
 * Options of rustc that keep paths of this machine out of a binary. The messages of panics
 * contain the path of their source file.
 *
 * @param {string[]} [sources] folders with the source of Rust's standard library
 */
function remapping (sources = []) {
  const cargo = process.env.CARGO_HOME || join(homedir(), '.cargo')
  const pairs = [[cargo, '/cargo'], ...sources.map(source => [source, '/rust']), [ROOT, '/package']]
  return pairs.flatMap(pair => ['--remap-path-prefix', pair.join('=')])
}

/** Builds for a target with what rust() has returned; returns the path of the library. */
async function build (target, { env, lld, remap }) {
  const link = await linking(target, lld)
  const folder = join(FOLDER, 'target')
  await run(`build-${target}`, 'cargo', [
    link.command, '--release', '--lib', '--locked', '--target', link.target, '--target-dir', folder
  ], { env: { ...env, ...link.env, CARGO_ENCODED_RUSTFLAGS: [...remap, ...link.flags].join('\x1f') } })
  return join(folder, rustTarget(target), 'release', link.library)
}

/** Puts a library beside package.json; returns the file, which replaces one that a process may have loaded. */
function put (library, target) {
  const file = join(ROOT, fileOf(target))
  rmSync(file, { force: true })
  copyFileSync(library, file)
  return file
}

module.exports = { build, put, remapping, rust }
