'use strict'

// The tests that are not run on some of the platforms, and why: those of `file` whose
// names match `tests`, or all; with the binaries of `targets`, or with all.

const ofAllRuntimes = require('../runtimes/not-run').filter(({ runtimes }) => !runtimes)

module.exports = [
  ...ofAllRuntimes
]
