'use strict'

const { execFile } = require('child_process')
const path = require('path')

const GRACE = 60_000 // ms for what the child does before it starts to measure
const MOST_OUTPUT = 2 ** 26

/** Runs a job in a process of its own, and returns what that measured. */
function measure (job, { script = 'child.js', flags = [] } = {}) {
  const args = [...flags, path.join(__dirname, script), JSON.stringify(job)]
  const options = { timeout: job.limit + GRACE, killSignal: 'SIGKILL', maxBuffer: MOST_OUTPUT }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error && error.killed) return resolve({ cut: job.limit })
      if (error) return reject(new Error(stderr || error.message))
      resolve(JSON.parse(stdout))
    })
  })
}

module.exports = measure
