'use strict'

// Copies of the package, as they lie in somebody's node_modules.

const { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } = require('fs')
const { tmpdir } = require('os')
const { join } = require('path')

const ROOT = join(__dirname, '..', '..')
const FILES = [
  'package.json',
  ...require('../../package.json').files.filter(file => file.endsWith('.js')),
  ...readdirSync(join(ROOT, 'lib')).map(file => join('lib', file))
]

function temporaryFolder (t) {
  const folder = mkdtempSync(join(tmpdir(), 'callosum server slots ')) // spaces and all
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Puts a copy of the package into a folder's node_modules, and gives its path. */
function install (folder, { binaries = readdirSync(ROOT).filter(file => file.endsWith('.node')) } = {}) {
  const copy = join(folder, 'node_modules', 'callosum-server-slots')
  mkdirSync(join(copy, 'lib'), { recursive: true })
  for (const file of [...FILES, ...binaries]) cpSync(join(ROOT, file), join(copy, file))
  return copy
}

module.exports = { temporaryFolder, install }
