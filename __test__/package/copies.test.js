'use strict'

// The package more than once in a process.

const assert = require('assert')
const { join } = require('path')
const test = require('node:test')
const { temporaryFolder, install } = require('../support/installed.js')

/** Holds that each of the classes gives its own slots, whatever the others do. */
function assertIndependent (classes) {
  const managers = classes.map(Slots => new Slots({ maxSlots: 100000 }))
  for (let slot = 0; slot < 100000; slot++) {
    for (const slots of managers) assert.strictEqual(slots.get(), slot)
  }
  for (const [i, slots] of managers.entries()) {
    for (let slot = i; slot < 100000; slot += 2 + i) slots.put(slot)
  }
  for (const [i, slots] of managers.entries()) {
    for (let slot = i; slot < 100000; slot += 2 + i) assert.strictEqual(slots.get(), slot)
  }
}

test('two copies of the package in a process do not meet', t => {
  const folder = temporaryFolder(t)
  const outer = install(folder)
  const inner = install(join(folder, 'node_modules', 'other'))
  const classes = [require('../..'), require(outer), require(inner)]
  assert.strictEqual(new Set(classes).size, 3)
  assertIndependent(classes)
})

test('the package loaded twice from one place, as by a test runner that clears the module registry, does not meet itself', t => {
  const copy = install(temporaryFolder(t))
  const first = require(copy)
  for (const file of Object.keys(require.cache).filter(file => file.startsWith(copy))) delete require.cache[file]
  const second = require(copy)
  assert.notStrictEqual(first, second)
  assertIndependent([first, second])
})

test('a method of one copy refuses a manager of another', t => {
  const Other = require(install(temporaryFolder(t)))
  const Slots = require('../..')
  assert.throws(() => Other.prototype.get.call(new Slots()), TypeError)
})
