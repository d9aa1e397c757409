'use strict'

// The cases: a pattern at a size. Its program is written once, for all
// contenders, into a directory of temporary files.

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
  'ours', 'crossing', 'heap', 'flatqueue', 'number-allocator', 'set', 'intervals', 'floor', 'held'
]

class Cases {
  constructor () {
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'callosum-bench-'))
    process.on('exit', () => rmSync(this.directory, { recursive: true, force: true }))
  }

  /** The patterns at the given sizes, or at each one's own. */
  list (names, sizes) {
    return names.flatMap(pattern => {
      const own = require('./patterns/' + pattern).sizes
      return (sizes || own).map(size => ({ pattern, size, id: `${pattern} ${size.toLocaleString('en')}` }))
    })
  }

  /** Of each pattern the middle size, and no two that are much alike. */
  listQuick () {
    const alike = ['mqtt-returns', 'pareto']
    return patterns.filter(pattern => !alike.includes(pattern)).flatMap(pattern => {
      const list = this.list([pattern])
      return list[(list.length - 1) >> 1]
    })
  }

  /** What a child needs to know of a case. */
  prepare ({ pattern, size, id }) {
    const { data, ...program } = require('./patterns/' + pattern).prepare(size, new Random(SEED))
    const file = path.join(this.directory, id.replace(/\W/g, '-'))
    writeFileSync(file, data)
    return { pattern, file, program }
  }
}

/** What each contender is, and in which version. */
function versions (contenders) {
  return Object.fromEntries(contenders.map(name => {
    const { title, version } = require('./contenders/' + name)
    return [name, { title, version }]
  }))
}

module.exports = { Cases, contenders, patterns, versions }
