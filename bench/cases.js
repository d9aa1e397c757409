'use strict'

// A case is a pattern at a size. Its program is written once, to a temporary file, for all
// contenders.

const { mkdtempSync, rmSync, writeFileSync } = require('fs')
const os = require('os')
const path = require('path')

const Random = require('../common/random')

const SEED = 20130413

const patterns = [
  'fill', 'lifo', 'churn', 'drift', 'wave', 'sparse',
  'mqtt', 'mqtt-returns', 'poisson', 'pareto', 'restart', 'rotation'
]

const contenders = [
  'ours', 'native-calls', 'heap', 'flatqueue', 'number-allocator', 'set', 'intervals', 'js-bitmap', 'js-bitmap-cursor'
]

class Cases {
  constructor () {
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'callosum-bench-'))
    process.on('exit', () => rmSync(this.directory, { recursive: true, force: true }))
  }

  /** The patterns at the given sizes, or each at its own sizes. */
  list (names, sizes) {
    return names.flatMap(pattern => {
      const own = require('./patterns/' + pattern).sizes
      return (sizes || own).map(size => ({ pattern, size, id: `${pattern} ${size.toLocaleString('en')}` }))
    })
  }

  /** The middle size of each pattern, and of two similar patterns only one. */
  listQuick () {
    const alike = ['mqtt-returns', 'pareto']
    return patterns.filter(pattern => !alike.includes(pattern)).flatMap(pattern => {
      const list = this.list([pattern])
      return list[(list.length - 1) >> 1]
    })
  }

  /** Writes the program of a case; returns what a child process needs to run it. */
  prepare ({ pattern, size, id }) {
    const { data, ...program } = require('./patterns/' + pattern).prepare(size, new Random(SEED))
    const file = path.join(this.directory, id.replace(/\W/g, '-'))
    writeFileSync(file, data)
    return { pattern, file, program }
  }
}

/** The title and the version of each contender. */
function versions (contenders) {
  return Object.fromEntries(contenders.map(name => {
    const { title, version } = require('./contenders/' + name)
    return [name, { title, version }]
  }))
}

module.exports = { Cases, contenders, patterns, versions }
