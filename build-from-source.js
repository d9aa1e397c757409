'use strict'

// Builds the binary where none of the package's own fits:
//
//   node node_modules/callosum-server-slots/build-from-source.js
//
// Needs Rust, and crates.io or a mirror of it. It is no install script: it runs
// when somebody runs it.

const { spawnSync } = require('child_process')
const { copyFileSync, readdirSync } = require('fs')
const { join } = require('path')

const LIBRARIES = { win32: 'callosum_server_slots.dll', darwin: 'libcallosum_server_slots.dylib' }
const library = LIBRARIES[process.platform] ?? 'libcallosum_server_slots.so'

const target = join(__dirname, 'target')
const options = ['build', '--release', '--lib', '--locked', '--target-dir', target]
const env = { ...process.env }
if (process.platform === 'linux' && readdirSync('/lib').some(file => file.startsWith('ld-musl-'))) {
  // musl links everything statically unless told otherwise, and then makes no library.
  env.RUSTFLAGS = `${env.RUSTFLAGS ?? ''} -C target-feature=-crt-static`
}

const { error, status } = spawnSync('cargo', options, { cwd: __dirname, env, stdio: 'inherit' })
if (error?.code === 'ENOENT') {
  console.error('Cannot build callosum-server-slots: cargo is not on the PATH. Install Rust (https://rustup.rs).')
  process.exitCode = 1
} else if (error || status !== 0) {
  console.error(`Cannot build callosum-server-slots: cargo failed${error ? `: ${error.message}` : '; it says why above'}`)
  process.exitCode = 1
} else {
  copyFileSync(join(target, 'release', library), join(__dirname, 'callosum-server-slots.node'))
  console.log(`Built ${join(__dirname, 'callosum-server-slots.node')}`)
}
