'use strict'

// The tests that are not run on some of the platforms, with the reasons: the tests of `file`
// whose names match `tests`, or all of them; with the binaries of `targets`, or with all.

const ofAllRuntimes = require('../runtimes/not-run').filter(({ runtimes }) => !runtimes)

module.exports = [
  ...ofAllRuntimes,
  {
    file: 'cost.test.js',
    reason: 'it measures time, which npm test does on the machine itself'
  },
  {
    targets: ['x86_64-unknown-linux-musl'],
    file: 'refused-memory.test.js',
    reason: 'with musl V8 itself is out of memory first, and ends the process'
  },
  {
    targets: ['x86_64-pc-windows-msvc'],
    file: 'server.test.js',
    reason: 'in Wine the output of a child does not reach its parent before the child ends'
  }
]
