'use strict'

/**
 * From now on the program ends with exit code 0 when it writes to a standard output
 * that its reader has closed, as `head` does. What it has started ends as it does
 * at any process.exit().
 */
function endWithOutput () {
  process.stdout.on('error', error => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

module.exports = endWithOutput
