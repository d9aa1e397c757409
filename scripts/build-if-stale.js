'use strict'

// Builds the binary for this machine if it is missing, or older than a source file. npm runs this
// before `npm start` and `npm run fleet`.

const { spawnSync } = require('node:child_process')
const { readdirSync, statSync } = require('node:fs')
const { join } = require('node:path')

const { ROOT, fileHere } = require('./platforms.js')

if (builtAt() < changedAt()) {
  const { status } = spawnSync('npm run --silent build', { cwd: ROOT, shell: true, stdio: ['ignore', 2, 2] })
  process.exitCode = status === 0 ? 0 : 1
}

/** When the binary was built, in ms; 0 if there is none. */
function builtAt () {
  const file = fileHere()
  return (file && statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs) ?? 0
}

function changedAt () {
  const sources = ['build.rs', 'Cargo.lock', 'Cargo.toml', ...readdirSync(join(ROOT, 'src')).map(file => join('src', file))]
  return Math.max(...sources.map(file => statSync(join(ROOT, file)).mtimeMs))
}
