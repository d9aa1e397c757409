'use strict'

// zig as the linker, which brings the symbols of old C libraries: a binary that is
// linked with the system's own needs at least the system's version.

const { spawnSync } = require('child_process')
const { existsSync, rmSync } = require('fs')
const { delimiter, join } = require('path')
const { ROOT } = require('./platforms.js')

// From PyPI, at fixed versions: a release is to come out the same tomorrow.
const PACKAGES = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0']
const FOLDER = join(ROOT, 'target', 'zig-0.17.1')
const ZIG = join(FOLDER, 'ziglang', 'zig')

/** The environment in which `napi build --cross-compile` finds zig. Fetches it once. */
function environment () {
  if (!existsSync(ZIG)) fetch()
  const PATH = [join(FOLDER, 'bin'), join(FOLDER, 'ziglang'), process.env.PATH].join(delimiter)
  return { ...process.env, PATH, CARGO_ZIGBUILD_ZIG_PATH: ZIG }
}

function fetch () {
  console.error(`Fetching zig into ${FOLDER} …`)
  const options = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--target', FOLDER]
  const { error, status, stderr } = spawnSync('python3', [...options, ...PACKAGES], { encoding: 'utf8' })
  if (status === 0 && existsSync(ZIG)) return
  rmSync(FOLDER, { recursive: true, force: true }) // or half of it would pass for all
  throw new Error(`Cannot fetch zig, which links the portable binary. It comes from PyPI, by python3 with pip.\n${error ? error.message : stderr}`)
}

module.exports = { environment }
