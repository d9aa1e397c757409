'use strict'

// Builds the addon, then runs a program in this same process:
//
//   node common/built.js examples/server.js [arguments of the program]
//
// npm passes SIGTERM to the shell in which it runs a script. Some shells, such as dash, then
// exit without passing it on. So this process sends itself SIGTERM when its parent is gone.

const { spawn } = require('node:child_process')
const { runMain } = require('node:module')
const path = require('node:path')

const LOOK = 200 // ms between two checks of the parent

const parent = process.ppid
const look = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(look)
  process.kill(process.pid, 'SIGTERM')
}, LOOK).unref()

const build = spawn('npm', ['run', '--silent', 'build'], {
  cwd: path.join(__dirname, '..'),
  shell: process.platform === 'win32', // npm is a script there
  stdio: ['ignore', 2, 2] // standard output is the program's
})
build.on('error', error => fail(error.message))
build.on('exit', (code, signal) => {
  if (code !== 0) return fail(signal || `npm run build ended with ${code}`)
  process.argv.splice(1, 2, path.resolve(process.argv[2]))
  runMain()
})

function fail (why) {
  console.error(`Cannot build the addon: ${why}`)
  process.exit(1)
}
