'use strict'

// The binary that goes along when this machine packs. tarball.test.js compares it with what
// its platform needs.

const assert = require('node:assert')
const { closeSync, existsSync, fstatSync, openSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const test = require('node:test')
const { check } = require('./binaries.js')
const { build, zigTarget } = require('./build.js')
const { ROOT, fileOf, targets } = require('./platforms.js')

test('on Linux zig links, against glibc 2.17', () => {
  assert.strictEqual(zigTarget('linux', 'x64'), 'x86_64-unknown-linux-gnu.2.17')
  assert.strictEqual(zigTarget('linux', 'arm64'), 'aarch64-unknown-linux-gnu.2.17')
})

test('on macOS and Windows zig does not link', () => {
  for (const platform of ['darwin', 'win32']) assert.strictEqual(zigTarget(platform, 'arm64'), undefined)
})

test('on Linux on a processor for which the package has no binary it says so', () => {
  assert.throws(() => zigTarget('linux', 'riscv64'), /no binary for linux riscv64/)
})

// Where a tarball is given, the binaries that are there belong to it.
test('it makes a right binary, and leaves the old one to whoever has loaded it', { skip: process.env.TARBALL && 'a tarball is checked that is packed already' }, async t => {
  const target = targets.find(target => fileOf(target).includes(`.${process.platform}-${process.arch}`))
  const file = join(ROOT, fileOf(target))
  if (!existsSync(file)) writeFileSync(file, '')
  const loaded = openSync(file, 'r')
  t.after(() => closeSync(loaded))
  await build()
  assert.strictEqual(fstatSync(loaded).nlink, 0)
  assert.deepStrictEqual((await check(target, file)).faults, [])
})
