'use strict'

// Builds this machine's binary so that it runs on other machines too. On Linux zig links it,
// against glibc 2.17. build-all.js builds for the other platforms.

const { copyFileSync, mkdirSync, readdirSync, rmSync } = require('fs')
const { join } = require('path')
const { ROOT } = require('./platforms.js')
const { npm } = require('./run.js')
const { remapping } = require('./rust.js')
const zig = require('./zig.js')

/** The target for which zig links on this machine. Elsewhere than on Linux the linker's own binary runs on other machines too. */
function zigTarget () {
  if (process.platform !== 'linux') return undefined
  const processor = { x64: 'x86_64', arm64: 'aarch64' }[process.arch]
  if (processor === undefined) throw new Error(`The package has no binary for linux ${process.arch}. build-from-source.js builds one for this machine.`)
  return `${processor}-unknown-linux-gnu.2.17`
}

async function build () {
  const target = zigTarget()
  // Builds to another folder, as `npm run build` does. The file here may be loaded by a
  // process, so it is replaced, not overwritten.
  const output = join(ROOT, 'target', 'portable')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const options = ['run', '--silent', 'build', '--', '--output-dir', 'target/portable']
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: remapping().join('\x1f') }
  if (target) npm([...options, '--cross-compile', '--target', target], { ...env, ...await zig.environment() })
  else npm(options, env)
  for (const file of readdirSync(output).filter(file => file.endsWith('.node'))) {
    rmSync(join(ROOT, file), { force: true })
    copyFileSync(join(output, file), join(ROOT, file))
  }
}

module.exports = { build }
