'use strict'

// Builds the addon for a target so that it runs on other machines too.

const { copyFileSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const { linking, rustTarget } = require('./linking.js')
const { ROOT, fileOf } = require('./platforms.js')
const { FOLDER, run } = require('./workshop.js')

/** Builds for a target with a Rust of rust.js; returns the path of the library. */
async function build (target, { env, lld, remap }) {
  const link = await linking(target, lld)
  const folder = join(FOLDER, 'target')
  await run(`build-${target}`, 'cargo', [
    link.command, '--release', '--lib', '--locked', '--target', link.target, '--target-dir', folder
  ], { env: { ...env, ...link.env, CARGO_ENCODED_RUSTFLAGS: [...remap, ...link.flags].join('\x1f') } })
  return join(folder, rustTarget(target), 'release', link.library)
}

/** Puts a library beside package.json; returns the file, which replaces one that a process may have loaded. */
function put (library, target) {
  const file = join(ROOT, fileOf(target))
  rmSync(file, { force: true })
  copyFileSync(library, file)
  return file
}

module.exports = { build, put }
