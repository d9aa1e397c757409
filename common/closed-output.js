'use strict'

/**
 * Makes the program exit with 0 when it writes to a standard output whose reader has
 * closed it, as `head` does.
 */
function endWithOutput () {
  process.stdout.on('error', error => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

module.exports = endWithOutput
