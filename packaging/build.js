'use strict'

// Builds this machine's binary as it goes to others. On Linux zig links, against glibc
// 2.17. build-all.js builds for the other platforms.

const { copyFileSync, mkdirSync, readdirSync, rmSync } = require('fs')
const { join } = require('path')
const { ROOT } = require('./platforms.js')
const { remapping } = require('./remapping.js')
const { run } = require('./run.js')
const zig = require('./zig.js')

const PROCESSORS = { x64: 'x86_64', arm64: 'aarch64' }

async function build () {
  // As in `npm run build`, to a folder of its own: a file that some process has
  // loaded is replaced, not written over.
  const output = join(ROOT, 'target', 'portable')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const options = ['run', '--silent', 'build', '--', '--output-dir', 'target/portable']
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: remapping().join('\x1f') }
  if (process.platform === 'linux') {
    const target = `${PROCESSORS[process.arch]}-unknown-linux-gnu.2.17`
    run('npm', [...options, '--cross-compile', '--target', target], { ...env, ...await zig.environment() })
  } else {
    run('npm', options, env)
  }
  for (const file of readdirSync(output).filter(file => file.endsWith('.node'))) {
    rmSync(join(ROOT, file), { force: true })
    copyFileSync(join(output, file), join(ROOT, file))
  }
}

module.exports = { build }
