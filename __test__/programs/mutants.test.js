'use strict'

// What `npm run mutants` makes of the survivors and of listed.json. Its arguments are in
// arguments.test.js.

const assert = require('node:assert/strict')
const { existsSync } = require('node:fs')
const path = require('node:path')
const { describe, test } = require('node:test')

const { compare } = require('../../mutants/compare')
const listed = require('../../mutants/listed.json')
const { ROOT } = require('../support/child')

const entry = { file: 'src/slots.rs', what: 'replace == with != in Slots::put', reason: 'slower only' }
const survivor = { file: 'src/slots.rs', line: 7, what: 'replace == with != in Slots::put' }
const everywhere = () => true
const nowhere = () => false

describe('a survivor', () => {
  test('that is listed is known, on whatever line', () => {
    const survivors = [{ ...survivor, line: 99 }]
    assert.deepEqual(compare({ listed: [entry], survivors, isCovered: everywhere }), { known: survivors, unlisted: [], gone: [] })
  })

  test('that is not listed is told', () => {
    for (const other of [{ ...survivor, file: 'src/memory.rs' }, { ...survivor, what: 'replace == with < in Slots::put' }]) {
      assert.deepEqual(compare({ listed: [entry], survivors: [other], isCovered: nowhere }), { known: [], unlisted: [other], gone: [] })
    }
  })

  test('is not listed by an entry that stands for another', () => {
    const second = { ...survivor, line: 8 }
    const { known, unlisted } = compare({ listed: [entry], survivors: [survivor, second], isCovered: everywhere })
    assert.deepEqual({ known, unlisted }, { known: [survivor], unlisted: [second] })
  })

  test('is listed by an entry that stands for two', () => {
    const { unlisted, gone } = compare({ listed: [{ ...entry, count: 2 }], survivors: [survivor, { ...survivor, line: 8 }], isCovered: everywhere })
    assert.deepEqual({ unlisted, gone }, { unlisted: [], gone: [] })
  })
})

describe('an entry of listed.json', () => {
  test('without a survivor is told where the run covered its file', () => {
    const { gone } = compare({ listed: [entry], survivors: [], isCovered: everywhere })
    assert.deepEqual(gone, [entry])
  })

  test('without a survivor is not told where the run did not cover its file', () => {
    const { gone } = compare({ listed: [entry], survivors: [], isCovered: nowhere })
    assert.deepEqual(gone, [])
  })

  test('that stands for two is told if there is one', () => {
    const two = { ...entry, count: 2 }
    const { known, gone } = compare({ listed: [two], survivors: [survivor], isCovered: everywhere })
    assert.deepEqual({ known, gone }, { known: [survivor], gone: [two] })
  })

  test('needs a reason', () => {
    assert.throws(() => compare({ listed: [{ ...entry, reason: '' }], survivors: [], isCovered: nowhere }), /gives no reason for src\/slots\.rs: replace ==/)
  })

  test('may not be there twice', () => {
    assert.throws(() => compare({ listed: [entry, entry], survivors: [], isCovered: nowhere }), /has two entries for src\/slots\.rs: replace ==/)
  })

  test('names a file of the package', () => {
    compare({ listed, survivors: [], isCovered: nowhere })
    for (const { file } of listed) assert.ok(existsSync(path.join(ROOT, file)), file)
  })
})
