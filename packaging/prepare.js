'use strict'

// npm runs this in a clone after `npm ci`, and where the package is a git
// dependency: it builds the binary for this machine. Before packing, prepack.js
// has made a better one.

const { run, has } = require('./run.js')

const packing = ['pack', 'publish'].includes(process.env.npm_command)

if (!packing) {
  if (!has('cargo')) {
    console.error('Cannot build callosum-server-slots from source: cargo is not on the PATH.')
    console.error('Install Rust 1.88 or later (https://rustup.rs), or install the package from the registry, which needs no compiler.')
    console.error('In a clone, `npm ci --ignore-scripts` installs the rest without building.')
    process.exit(1)
  }
  run('npm', ['run', '--silent', 'build'])
}
