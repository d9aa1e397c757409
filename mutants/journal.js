'use strict'

// What a run over the mutants of JavaScript has found: a file with a line of JSON for each
// mutant.

const fs = require('node:fs')
const path = require('node:path')

class Journal {
  constructor (file) {
    this.file = file
  }

  /** The records. A line that was cut off, as by the end of the process, is none. */
  read () {
    if (!fs.existsSync(this.file)) return []
    return fs.readFileSync(this.file, 'utf8').split('\n').map(parsed).filter(Boolean)
  }

  /** Removes all records but those that pass the filter, and lines that were cut off. */
  keep (filter) {
    fs.mkdirSync(path.dirname(this.file), { recursive: true })
    const lines = this.read().filter(filter).map(line)
    fs.writeFileSync(`${this.file}.new`, lines.join(''))
    fs.renameSync(`${this.file}.new`, this.file)
  }

  append (record) {
    fs.appendFileSync(this.file, line(record))
  }
}

function line (record) {
  return JSON.stringify(record) + '\n'
}

function parsed (line) {
  try {
    return JSON.parse(line)
  } catch (_) {
    return undefined
  }
}

module.exports = { Journal }
