'use strict'

// npm runs this before publishing. It refuses to publish a package that lacks the binary of a
// target in package.json.

const { missing } = require('./platforms.js')

if (missing().length > 0) {
  console.error(`Cannot publish: these binaries are missing: ${missing().join(', ')}`)
  process.exitCode = 1
}
