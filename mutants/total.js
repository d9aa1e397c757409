'use strict'

// What a run has found, in all and for each file.

const counts = () => ({ made: 0, caught: 0, timedOut: 0 })

function empty () {
  return { ...counts(), survivors: [], byFile: {} }
}

/** Counts a mutant. One that timed out is caught. */
function add (total, { file, line, what }, { isCaught, isTimedOut }) {
  total.byFile[file] ??= counts()
  for (const sum of [total, total.byFile[file]]) {
    sum.made++
    if (isCaught) sum.caught++
    if (isTimedOut) sum.timedOut++
  }
  if (!isCaught) total.survivors.push({ file, line, what })
}

module.exports = { add, empty }
