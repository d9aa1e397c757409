'use strict'

// Runs npm and cargo.

const { spawnSync } = require('node:child_process')
const { ROOT } = require('./platforms.js')

const shell = process.platform === 'win32' // npm is a script there

/**
 * Runs npm, and returns its standard output.
 *
 * @throws {Error} if it fails; it says why on standard error
 */
function npm (options) {
  const { error, status, stdout } = spawnSync('npm', options, { cwd: ROOT, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 })
  if (error) throw error
  if (status !== 0) throw new Error(`npm ${options.join(' ')} failed: it says why above`)
  return stdout
}

function has (command) {
  return spawnSync(command, ['--version'], { shell }).status === 0
}

module.exports = { has, npm }
