'use strict'

// Runs a script in a process of its own.

const { execFile } = require('node:child_process')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const TIMEOUT = 110000 * Number(process.env.TEST_PATIENCE || 1) // ms; longer under an emulator

/** Resolves to the output of the script. If it fails, rejects with its output. */
function run (nodeArguments) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, nodeArguments, { cwd: ROOT, timeout: TIMEOUT }, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(`exit code ${error.code}, signal ${error.signal}\n${stdout}\n${stderr}`))
      } else {
        resolve(stdout)
      }
    })
  })
}

/**
 * Runs `main` in a process with an exposed garbage collector and the package. Resolves to
 * its result, by way of JSON. It sees nothing but its arguments.
 */
async function measure (main, nodeArguments = []) {
  const script = `
    const CallosumServerSlots = require(${JSON.stringify(ROOT)})
    const tick = () => new Promise(resolve => setImmediate(resolve))
    const collect = async () => { for (let i = 0; i < 5; i++) { await tick(); gc(); await tick() } }
    ;(${main})(CallosumServerSlots, { tick, collect })
      .then(result => console.log(JSON.stringify(result)))`
  return JSON.parse(await run(['--expose-gc', ...nodeArguments, '-e', script]))
}

// If a program allocates much, V8 lets the young generation grow, in Node.js 24 to over
// 100 MB, and never shrinks it. So tests that measure resident memory limit it to 1 MB.
const SMALL_YOUNG_GENERATION = ['--max-semi-space-size=1']

module.exports = { ROOT, SMALL_YOUNG_GENERATION, run, measure }
