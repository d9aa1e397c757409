'use strict'

/**
 * Compares the mutants that no test noticed with the list of those that none can notice.
 * An entry stands for `count` survivors of its file and text, 1 unless it says otherwise.
 *
 * @param {object} run
 * @param {{ file: string, what: string, reason: string, count?: number }[]} run.listed
 * @param {{ file: string, line: number, what: string }[]} run.survivors
 * @param {function} run.isCovered whether the run made all mutants of a file
 * @returns {{ known: object[], unlisted: object[], gone: object[] }} the survivors that
 *   are listed, those that are not, and the entries that stand for more survivors than
 *   were found, of files whose mutants were all made
 * @throws {Error} if an entry lacks its reason, or another entry has its file and text
 */
function compare ({ listed, survivors, isCovered }) {
  const left = new Map()
  for (const { file, what, reason, count = 1 } of listed) {
    if (!reason) throw new Error(`listed.json gives no reason for ${file}: ${what}`)
    if (left.has(key({ file, what }))) throw new Error(`listed.json has two entries for ${file}: ${what}`)
    left.set(key({ file, what }), count)
  }
  const known = []
  const unlisted = []
  for (const survivor of survivors) {
    const count = left.get(key(survivor)) || 0
    if (count > 0) left.set(key(survivor), count - 1)
    ;(count > 0 ? known : unlisted).push(survivor)
  }
  const gone = listed.filter(entry => left.get(key(entry)) > 0 && isCovered(entry.file))
  return { known, unlisted, gone }
}

function key ({ file, what }) {
  return JSON.stringify([file, what])
}

module.exports = { compare }
