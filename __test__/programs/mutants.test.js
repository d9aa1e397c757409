'use strict'

// What `npm run mutants` makes of the survivors and of listed.json. Its arguments are in
// arguments.test.js.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')

const { compare } = require('../../mutants/compare')
const { addedLines, mutants, mutantsOf } = require('../../mutants/javascript')
const { Journal } = require('../../mutants/journal')
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
    for (const { file } of listed) assert.ok(fs.existsSync(path.join(ROOT, file)), file)
  })
})

describe('mutants of JavaScript', () => {
  test('are told by their text and their function, without a line', async () => {
    const [whole, refusal, ...others] = await mutantsOf('lib/layout.js')
    assert.match(whole.what, /^ObjectLiteral in the module: \{ .* … .* \} → \{\}$/)
    assert.equal(refusal.what, 'UnaryOperator in the module: -2 → +2')
    assert.deepEqual(others, [])
  })

  test('replace an expression as a whole', async () => {
    const all = await mutantsOf('index.js')
    const { mutated } = all.find(({ what }) => what === 'LogicalOperator in isBelowLimit: isSlot(slot) && slot < limit → isSlot(slot) || slot < limit')
    assert.ok(mutated.includes('if ((isSlot(slot) || slot < limit)) return true'))
  })

  test('lack a statement where Stryker makes no such mutant', async () => {
    const all = await mutantsOf('lib/load-native.js')
    const deleted = all.map(({ what }) => what).filter(what => what.startsWith('StatementDeletion'))
    assert.deepEqual(deleted, [
      'StatementDeletion in load: throw noBinary(names[0], errors[0]) → ;',
      "StatementDeletion in noBinary: error.code = 'ERR_NO_BINARY' → ;",
      'StatementDeletion in noBinary: error.cause = cause → ;'
    ])
    const { mutated, source, line } = all.find(({ what }) => what === deleted[2])
    assert.equal(mutated, source.replace('  error.cause = cause\n', '  ;\n'))
    assert.equal(source.split('\n')[line - 1], '  error.cause = cause')
  })

  test('differ from each other', async () => {
    const all = await mutantsOf('index.js')
    assert.equal(new Set(all.map(({ mutated }) => mutated)).size, all.length)
  })

  test('are caught by the tests, and not tried again where a run is resumed', async t => {
    const journal = journalFor(t)
    const files = ['lib/layout.js']
    const counts = { made: 2, caught: 2, timedOut: 0 }
    const result = { ...counts, survivors: [], byFile: { 'lib/layout.js': counts } }
    assert.deepEqual(await mutants({ files, resume: false, say () {}, journal }), result)
    assert.deepEqual(await mutants({ files, resume: true, say: assert.fail, journal }), result)
  })

  test('are not made of lines that a diff leaves alone, and what was found before stays', async t => {
    const journal = journalFor(t)
    journal.append({ key: 'one', outcome: 'caught', file: 'lib/layout.js' })
    const { made } = await mutants({ files: ['lib/layout.js'], diff: '+++ b/lib/layout.js\n@@ -2,0 +3 @@\n+x', resume: false, say: assert.fail, journal })
    assert.equal(made, 0)
    assert.deepEqual(journal.read().map(({ key }) => key), ['one'])
  })

  test('are not made of other files', async () => {
    await assert.rejects(mutants({ files: ['bench/run.js'], resume: true }), /but not of bench\/run\.js$/)
  })

  test('are limited to the lines that a diff adds', () => {
    const diff = '--- a/x.js\n+++ b/x.js\n@@ -1,3 +1,4 @@\n same\n-old\n+new\n+more\n same\n@@ -9 +10,0 @@\n-gone\n--- a/y.js\n+++ b/y.js\n@@ -7 +7 @@\n-a\n+b'
    assert.deepEqual([...addedLines(diff)].map(([file, lines]) => [file, [...lines]]), [['x.js', [2, 3]], ['y.js', [7]]])
  })

  test('of another revision than one of git are not made', () => {
    const file = path.join(os.tmpdir(), `mutants-${process.pid}`)
    const { status, stderr } = command(`--diff=--output=${file}`, 'client.js')
    assert.equal(status, 2)
    assert.match(stderr, /^--diff must be a revision of git, but is '--output=.*'\n$/)
    assert.ok(!fs.existsSync(file))
  })

  test('are refused with those of Rust before any work, where a file has none', () => {
    for (const files of [['tests/model.rs'], ['src/slots.rs', 'bench/run.js']]) {
      const { status, stderr } = command(...files)
      assert.equal(status, 2)
      assert.match(stderr, /^There are mutants of .*, but not of (tests\/model\.rs|bench\/run\.js)\n$/)
    }
  })

  for (const [name, program, status, output] of [
    ['soon after one that fails, and name it', "test('first', () => {}); test('second', () => { throw new Error('mine') }); test('third', async () => { await new Promise(resolve => setTimeout(resolve, 500)); console.log('ran') })", 1, /^second\n$/],
    ['where all pass, and tell their processor time', "test('first', () => {}); test('second', t => t.todo())", 0, /^[\d.]+\n$/]
  ]) {
    test(`meet tests that end ${name}`, () => {
      const reporter = path.join(ROOT, 'mutants', 'first-failure.js')
      const run = spawnSync(process.execPath, [`--test-reporter=${reporter}`, '-e', `const test = require('node:test'); ${program}`], { encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } })
      assert.match(run.stdout, output)
      assert.equal(run.status, status)
    })
  }
})

describe('the journal', () => {
  test('leaves out a line that was cut off, and removes it', t => {
    const journal = journalFor(t)
    journal.append({ key: 'one' })
    fs.appendFileSync(journal.file, '{"key":"two","outc')
    assert.deepEqual(journal.read(), [{ key: 'one' }])
    journal.keep(() => true)
    journal.append({ key: 'three' })
    assert.deepEqual(journal.read(), [{ key: 'one' }, { key: 'three' }])
  })

  test('keeps the records that pass a filter', t => {
    const journal = journalFor(t)
    for (const key of ['one', 'two', 'three']) journal.append({ key })
    journal.keep(({ key }) => key !== 'two')
    assert.deepEqual(journal.read(), [{ key: 'one' }, { key: 'three' }])
  })
})

function journalFor (t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'journal-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  return new Journal(path.join(folder, 'javascript.jsonl'))
}

function command (...args) {
  return spawnSync(process.execPath, ['mutants/run.js', ...args], { cwd: ROOT, encoding: 'utf8' })
}
