'use strict'

// npm runs this in a clone after `npm ci`, and if the package is a git dependency. It builds
// the binary for this machine, except before packing, when prepack.js has built one that also
// runs on other machines.

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
