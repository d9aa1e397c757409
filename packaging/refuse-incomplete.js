'use strict'

// npm runs this before publishing. It refuses to publish a package that lacks the binary of a
// platform that the README names.

const { missing } = require('./platforms.js')

if (missing().length > 0) {
  console.error(`Not to be published, for want of: ${missing().join(', ')}`)
  process.exitCode = 1
}
