'use strict'

// Runs the programs that the scripts here need.

const { spawnSync } = require('child_process')
const { ROOT } = require('./platforms.js')

/** Runs a program, whose output goes to standard error. Throws if it fails. */
function run (command, options, env = process.env) {
  // Standard output belongs to `npm pack --json`.
  const shell = process.platform === 'win32' // npm and npx are scripts there
  const { error, status } = spawnSync(command, options, { cwd: ROOT, env, shell, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${options.join(' ')} failed: it says why above`)
}

function has (command) {
  return spawnSync(command, ['--version'], { shell: process.platform === 'win32' }).status === 0
}

module.exports = { run, has }
