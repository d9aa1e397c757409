'use strict'

// zig as the linker. It contains the symbols of old C libraries. A binary that is linked with
// the system's linker needs at least the system's version of these libraries.

const { delimiter, join } = require('path')
const { FOLDER, pip, step } = require('./workshop.js')

// From PyPI, at fixed versions, so that a release can be reproduced.
const ZIG = '0.17.1'
const ZIGBUILD = '0.24.0'

/** The folder of zig, which is fetched once. */
async function zig () {
  return step(`zig-${ZIG}-${ZIGBUILD}`, folder => pip(folder, [`ziglang==${ZIG}`, `cargo-zigbuild==${ZIGBUILD}`]))
}

/** The environment in which cargo and `napi build --cross-compile` find zig. */
async function environment () {
  const folder = await zig()
  const PATH = [join(folder, 'bin'), join(folder, 'ziglang'), process.env.PATH].join(delimiter)
  return {
    PATH,
    CARGO_ZIGBUILD_ZIG_PATH: join(folder, 'ziglang', 'zig'),
    // zig's cache of compiled C libraries is here, not in the home folder.
    CARGO_ZIGBUILD_CACHE_DIR: join(FOLDER, 'zig-cache', 'zigbuild'),
    ZIG_GLOBAL_CACHE_DIR: join(FOLDER, 'zig-cache', 'global'),
    ZIG_LOCAL_CACHE_DIR: join(FOLDER, 'zig-cache', 'local')
  }
}

module.exports = { environment, zig }
