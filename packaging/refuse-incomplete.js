'use strict'

// Run before publishing: a package without the binary of a platform that the
// README names must not get out.

const { missing } = require('./platforms.js')

if (missing().length > 0) {
  console.error(`Not to be published, for want of: ${missing().join(', ')}`)
  process.exitCode = 1
}
