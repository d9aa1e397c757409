'use strict'

// Builds the addon, and runs a program in this same process:
//
//   node common/built.js examples/server.js [arguments of the program]
//
// Without arguments the build comes first. With arguments it comes as soon as the program
// has checked them, in readOptions(). So --help and a mistake are answered without Rust.
//
// npm passes SIGTERM to the shell in which it runs a script. Some shells, such as dash, then
// exit without passing it on. So this process sends itself SIGTERM when its parent is gone.

const { spawnSync } = require('node:child_process')
const { runMain } = require('node:module')
const path = require('node:path')

const { onceRead } = require('./options')

const LOOK = 200 // ms between two checks of the parent

const parent = process.ppid
const look = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(look)
  process.kill(process.pid, 'SIGTERM')
}, LOOK).unref()

const [node, , program, ...args] = process.argv
process.argv = [node, path.resolve(program), ...args]
if (args.length === 0) build()
else onceRead(build)
runMain()

function build () {
  const { error, status, signal } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: path.join(__dirname, '..'),
    shell: process.platform === 'win32', // npm is a script there
    stdio: ['ignore', 2, 2] // standard output is the program's
  })
  if (status === 0) return
  console.error(`Cannot build the addon: ${error ? error.message : signal || `npm run build ended with ${status}`}`)
  process.exit(1)
}
