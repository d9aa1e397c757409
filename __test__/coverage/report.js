'use strict'

// What coverage says of each line, held against the list of those that no test reaches.

/** For each file, by the name that `nameOf` gives it, the lines that no test reached. `textOf(file)` gives its text. */
function parse (lcov, nameOf, textOf) {
  const files = {}
  for (const [, name, data] of lcov.matchAll(/^SF:(.*)\n([^]*?)^end_of_record$/gm)) {
    const file = nameOf(name)
    const lines = textOf(file).split('\n')
    const counts = Array.from(data.matchAll(/^DA:(\d+),(\d+)/gm), ([, line, count]) => [Number(line), Number(count)])
    const missed = counts.filter(([, count]) => count === 0).map(([line]) => ({ line, text: lines[line - 1].trim() }))
    files[file] = { total: counts.length, missed }
  }
  return files
}

/**
 * @param {object} files as parse() returns them
 * @param {{file: string, lines: string[], reason: string}[]} listed
 * @returns {{lines: string[], unlisted: number}} the lines of the report, and how many lines of code are not listed
 */
function report (files, listed) {
  const lines = []
  let unlisted = 0
  for (const file of Object.keys(files).sort()) {
    const { total, missed } = files[file]
    lines.push(`${file}: ${total - missed.length} of ${total} lines, ${((1 - missed.length / total) * 100).toFixed(1)}%`)
    for (const { line, text } of missed) {
      const entry = listed.find(entry => entry.file === file && entry.lines.includes(text))
      if (!entry && /^[\])}>;,]+$/.test(text)) continue // the end of something that has been told of
      lines.push(`  ${line}: ${text}`, `    ${entry ? entry.reason : 'NOT LISTED'}`)
      if (!entry) unlisted++
    }
  }
  lines.push(unlisted === 0 ? 'Every line that is not covered is listed' : `${unlisted} lines are not covered, and not listed in not-covered.json`)
  return { lines, unlisted }
}

module.exports = { parse, report }
