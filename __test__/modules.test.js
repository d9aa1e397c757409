'use strict'

const assert = require('assert')
const test = require('node:test')
const CallosumServerSlots = require('..')

test('CommonJS has it as the module and by name', () => {
  assert.strictEqual(require('callosum-server-slots'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots').CallosumServerSlots, CallosumServerSlots)
})

test('ES modules have it as the default and by name', async () => {
  const module = await import('callosum-server-slots')
  assert.strictEqual(module.default, CallosumServerSlots)
  assert.strictEqual(module.CallosumServerSlots, CallosumServerSlots)
})

test('deep requires that worked with 0.1.0 still do', () => {
  assert.strictEqual(require('callosum-server-slots/index.js'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots/index'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots/package.json').name, 'callosum-server-slots')
})

test('what is internal cannot be required', () => {
  assert.throws(() => require('callosum-server-slots/native.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
})
