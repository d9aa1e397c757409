'use strict'

// Builds the binary for this machine if it is missing, or older than a source file. npm runs this
// in a clone after `npm ci`, if the package is a git dependency, and before `npm start` and
// `npm run fleet`. It does nothing before packing, when prepack.js has built a binary that also
// runs on other machines.

const { readdirSync, statSync } = require('fs')
const { join } = require('path')

const { ROOT, files } = require('./platforms.js')
const { run, has } = require('./run.js')

const packing = ['pack', 'publish'].includes(process.env.npm_command)

if (!packing && builtAt() < changedAt()) {
  if (!has('cargo')) {
    console.error('Cannot build callosum-server-slots from source: cargo is not on the PATH.')
    console.error('Install Rust 1.88 or later (https://rustup.rs), or install the package from the registry, which needs no compiler.')
    console.error('In a clone, `npm ci --ignore-scripts` installs the rest without building.')
    process.exit(1)
  }
  run('npm', ['run', '--silent', 'build'])
}

/** When the binary for this machine was built; 0 if there is none. */
function builtAt () {
  const { platform, arch, report } = process
  const libc = platform === 'linux' && (report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl')
  const file = files.find(file => file.includes(`.${platform}-${arch}`) && (!libc || file.endsWith(`-${libc}.node`)))
  const stat = file && statSync(join(ROOT, file), { throwIfNoEntry: false })
  return stat ? stat.mtimeMs : 0
}

function changedAt () {
  const sources = ['build.rs', 'Cargo.lock', 'Cargo.toml', ...readdirSync(join(ROOT, 'src')).map(file => join('src', file))]
  return Math.max(...sources.map(file => statSync(join(ROOT, file)).mtimeMs))
}
