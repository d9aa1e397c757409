'use strict'

// Copies of the package, as installed in a folder's node_modules.

const { spawn } = require('child_process')
const fs = require('fs')
const { tmpdir } = require('os')
const { join } = require('path')

const ROOT = join(__dirname, '..', '..')
const FILES = [
  'package.json', 'index.js', 'index.d.ts', 'client.js', 'client.d.ts', 'build-from-source.js',
  ...fs.readdirSync(join(ROOT, 'lib')).map(file => join('lib', file))
]

function temporaryFolder (t) {
  const folder = fs.mkdtempSync(join(tmpdir(), 'callosum server slots ')) // spaces and all
  t.after(() => remove(folder))
  return folder
}

// On Windows a binary cannot be removed while this process has it loaded. So another process
// removes the folder, and tries again for some minutes.
const REMOVE = 'require("fs").rmSync(process.argv[1], { recursive: true, force: true, maxRetries: 100, retryDelay: 50 })'

function remove (folder) {
  try {
    fs.rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    if (!['EPERM', 'EBUSY', 'EACCES'].includes(error.code)) throw error
    spawn(process.execPath, ['-e', REMOVE, folder], { detached: true, stdio: 'ignore' }).unref()
  }
}

/** Copies the package into a folder's node_modules; returns the path of the copy. */
function install (folder, { binaries = fs.readdirSync(ROOT).filter(file => file.endsWith('.node')) } = {}) {
  const copy = join(folder, 'node_modules', 'callosum-server-slots')
  fs.mkdirSync(join(copy, 'lib'), { recursive: true })
  for (const file of [...FILES, ...binaries]) fs.cpSync(join(ROOT, file), join(copy, file), { recursive: true })
  return copy
}

module.exports = { temporaryFolder, install }
