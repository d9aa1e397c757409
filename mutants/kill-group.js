'use strict'

/** Sends a signal to the process group that a child leads. It may have ended. */
function killGroup ({ pid }, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

module.exports = { killGroup }
