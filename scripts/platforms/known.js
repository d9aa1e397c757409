'use strict'

// What is known not to pass with the binaries of some targets; see ../runtimes/known.js.

const { node } = require('../runtimes/known.js')

module.exports = [
  ...node,
  {
    file: 'slots/cost.test.js',
    reason: 'it measures time, which npm test does on the machine itself'
  },
  {
    targets: ['x86_64-unknown-linux-musl'],
    file: 'slots/refused-memory.test.js',
    reason: 'with musl V8 itself is out of memory first, and ends the process'
  },
  {
    targets: ['x86_64-unknown-linux-musl', 'x86_64-pc-windows-msvc'],
    file: 'package/single-executable.test.js',
    reason: "esbuild is there for the machine itself alone, and Node.js for musl does not start without Debian's loader"
  },
  {
    targets: ['x86_64-pc-windows-msvc'],
    file: 'package/example-server.test.js',
    reason: 'in Wine the output of a child does not reach its parent before the child ends'
  }
]
