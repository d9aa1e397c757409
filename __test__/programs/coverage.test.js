'use strict'

// What npm run coverage makes of the lines that no test reached.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { parse, report } = require('../coverage/report')

const TEXT = 'function f (a) {\n  if (a) return 1\n  return 2\n}\n'
const listed = [{ file: 'index.js', lines: ['return 2'], reason: 'nobody calls it so' }]

/** Of index.js with these counts of its four lines. */
function reported (counts, list) {
  const data = counts.map((count, i) => `DA:${i + 1},${count}\n`).join('')
  return report(parse(`TN:\nSF:index.js\n${data}end_of_record\n`, name => name, () => TEXT), list)
}

test('a line that no test reached and nobody listed fails the run, and is shown', () => {
  const { lines, unlisted } = reported([3, 3, 0, 3], [])
  assert.equal(unlisted, 1)
  assert.deepEqual(lines, ['index.js: 3 of 4 lines, 75.0%', '  3: return 2', '    NOT LISTED', '1 lines are not covered, and not listed in not-covered.json'])
})

test('a line that is listed does not, and is shown with the reason', () => {
  const { lines, unlisted } = reported([3, 3, 0, 3], listed)
  assert.equal(unlisted, 0)
  assert.deepEqual(lines.slice(1, 3), ['  3: return 2', '    nobody calls it so'])
})

test('what is listed of another file, or with another text, does not count', () => {
  assert.equal(reported([3, 3, 0, 3], [{ ...listed[0], file: 'client.js' }]).unlisted, 1)
  assert.equal(reported([3, 3, 0, 3], [{ ...listed[0], lines: ['return 3'] }]).unlisted, 1)
})

test('a bracket that closes what was not reached is not counted again', () => {
  assert.equal(reported([3, 3, 0, 0], listed).unlisted, 0)
})
