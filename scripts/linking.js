'use strict'

// How each target is linked: the cargo command, its environment and the compiler's options.
//
// zig is the linker, but for macOS. It contains the symbols of old C libraries. A binary that is linked with the
// system's linker needs at least the system's version of these libraries.

const fs = require('fs')
const { delimiter, join } = require('path')
const { napi } = require('../package.json')
const { FOLDER, pip, step } = require('./workshop.js')

const OLDEST_GLIBC = '2.17'

// From PyPI, at fixed versions, so that a release can be reproduced.
const ZIG = '0.17.1'
const ZIGBUILD = '0.24.0'

/** The folder of zig, which is fetched once. */
async function zig () {
  return step(`zig-${ZIG}-${ZIGBUILD}`, folder => pip(folder, [`ziglang==${ZIG}`, `cargo-zigbuild==${ZIGBUILD}`]))
}

/** The environment in which cargo finds zig. */
async function zigEnvironment () {
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

/** Rust's name of a target. */
function rustTarget (target) {
  // A binary for gnullvm loads in the same Node.js, and needs no Visual C++ runtime.
  return target.replace(/-msvc$/, '-gnullvm')
}

/**
 * @param {string} target of package.json
 * @param {string} lld the path of LLVM's linker for macOS
 * @returns {Promise<{ command: string, target: string, env: object, flags: string[], library: string }>}
 *   cargo's command and target, the environment, rustc's options, and the file that is made
 */
async function linking (target, lld) {
  if (target.endsWith('-darwin')) return macos(target, lld)
  const [, , system, abi] = target.split('-')
  const common = { command: 'zigbuild', target: rustTarget(target) }
  const env = await zigEnvironment()
  if (system === 'windows') return { ...common, ...await windows(env) }
  const library = 'libcallosum_server_slots.so'
  if (abi === 'gnu') return { ...common, target: `${target}.${OLDEST_GLIBC}`, env, flags: [], library }
  // musl links everything statically unless told otherwise, and then makes no library.
  return { ...common, env, flags: ['-C', 'target-feature=-crt-static'], library }
}

// zig's own linker for macOS makes a file of three times the size, which exports
// everything and needs a newer system.
async function macos (target, lld) {
  const sdk = await step('macos-sdk-1', async folder => {
    const libraries = join(folder, 'usr', 'lib')
    fs.mkdirSync(libraries, { recursive: true })
    const system = fs.readFileSync(join(await zig(), 'ziglang/lib/libc/darwin/libSystem.tbd'), 'utf8')
      .replace(/,\s*arm64e\.x1-\w+/g, '') // which LLVM does not know yet
      .replace(/\barm64e-/g, 'arm64-')
    // The C library and the mathematical one are parts of libSystem.
    for (const name of ['libSystem', 'libc', 'libm']) fs.writeFileSync(join(libraries, `${name}.tbd`), system)
    // Rust's libc links libiconv, but uses nothing of it.
    fs.writeFileSync(join(libraries, 'libiconv.tbd'), [
      '--- !tapi-tbd',
      'tbd-version: 4',
      'targets: [ x86_64-macos, arm64-macos ]',
      "install-name: '/usr/lib/libiconv.2.dylib'",
      '...',
      ''
    ].join('\n'))
  })
  return {
    command: 'build',
    target,
    env: {
      SDKROOT: sdk,
      LD64: lld,
      [`CARGO_TARGET_${target.toUpperCase().replace(/-/g, '_')}_LINKER`]: join(__dirname, 'rust-lld')
    },
    flags: [
      // Otherwise the file would contain the path at which it was made.
      '-C', 'link-arg=-install_name', '-C', `link-arg=@rpath/${napi.binaryName}.node`,
      // Otherwise the file's UUID would be a hash of paths too, those of the objects.
      '-C', 'link-arg=-S'
    ],
    library: 'libcallosum_server_slots.dylib'
  }
}

async function windows (env) {
  // napi-build links Node.js as a library, although the addon finds Node-API only when it is
  // loaded.
  const libraries = await step('windows-libnode-1', folder => {
    fs.writeFileSync(join(folder, 'libnode.dll'), '')
    fs.writeFileSync(join(folder, 'libnode.a'), '!<arch>\n')
  })
  return {
    // Otherwise the file would contain the time at which it was linked.
    env: { ...env, LIBNODE_PATH: libraries, SOURCE_DATE_EPOCH: '315532800' },
    // Without a list of exports everything is exported.
    flags: ['-C', `link-arg=${join(__dirname, 'exports.def')}`],
    library: 'callosum_server_slots.dll'
  }
}

module.exports = { linking, rustTarget, zig }
