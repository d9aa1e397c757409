'use strict'

// npm runs this in a clone after `npm ci`, and if the package is a git dependency. It builds
// the binary for this machine. The published package.json has no scripts.

const { has, npm } = require('./run.js')

if (has('cargo')) {
  npm(['run', '--silent', 'build'])
} else {
  console.error('Cannot build callosum-server-slots from source: cargo is not on the PATH.')
  console.error('Install Rust (https://rustup.rs), or install the package from the registry, which needs no compiler.')
  console.error('In a clone, `npm ci --ignore-scripts` installs the rest without building.')
  process.exitCode = 1
}
