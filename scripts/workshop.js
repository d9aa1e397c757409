'use strict'

// The folder in which binaries for other platforms are built and tested, and the steps of this
// work. A finished step is not repeated.

const { spawnSync } = require('child_process')
const fs = require('fs')
const { join } = require('path')
const { ROOT } = require('./platforms.js')

const FOLDER = join(ROOT, '.platforms')
const LINES_OF_A_FAILURE = 15

const began = Date.now()

function say (message) {
  console.error(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s  ${message}`)
}

const steps = new Map()

/**
 * Calls `work`, unless it has finished before, in this process or an earlier one. `work` gets
 * the path of an empty folder to fill. The step's name is that of the folder, so it has to
 * contain the versions of what the step makes.
 *
 * @returns {Promise<string>} the folder
 */
function step (name, work) {
  const folder = join(FOLDER, name)
  const done = `${folder}.done`
  if (!steps.has(name)) steps.set(name, start())
  return steps.get(name)

  async function start () {
    if (fs.existsSync(done)) return folder
    say(`${name} …`)
    fs.rmSync(folder, { recursive: true, force: true }) // what an interrupted attempt left
    fs.mkdirSync(folder, { recursive: true })
    await work(folder)
    fs.writeFileSync(done, '')
    say(`${name}: done`)
    return folder
  }
}

/**
 * Runs a program, and returns its standard output. All of its output is in a log in the
 * folder afterwards.
 *
 * @throws {Error} with the last lines of the log, if the program fails
 */
function run (log, command, options, { cwd = ROOT, env = process.env } = {}) {
  const file = join(FOLDER, 'logs', `${log}.log`)
  fs.mkdirSync(join(FOLDER, 'logs'), { recursive: true })
  const { error, status, signal, stdout, stderr } = spawnSync(command, options, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (error) throw error
  fs.writeFileSync(file, stdout + stderr)
  if (status === 0) return stdout
  const last = (stdout + stderr).trim().split('\n').slice(-LINES_OF_A_FAILURE).map(line => `  ${line}`).join('\n')
  throw new Error(`${command} ${options[0]} ended with ${signal || status}; its output is in ${file}\n${last}`)
}

/** Installs packages from PyPI into a folder. pip checks their hashes. */
async function pip (folder, packages, options = []) {
  const common = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-compile', '--no-deps', '--target', folder]
  await run('pip', 'python3', [...common, ...options, ...packages])
}

module.exports = { FOLDER, pip, run, say, step }
