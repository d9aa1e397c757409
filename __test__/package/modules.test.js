'use strict'

const assert = require('assert')
const { spawnSync } = require('child_process')
const path = require('path')
const test = require('node:test')
const CallosumServerSlots = require('../..')

test('CommonJS has it as the module and by name', () => {
  assert.strictEqual(require('callosum-server-slots'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots').CallosumServerSlots, CallosumServerSlots)
})

test('ES modules have it as the default and by name', async () => {
  const module = await import('callosum-server-slots')
  assert.strictEqual(module.default, CallosumServerSlots)
  assert.strictEqual(module.CallosumServerSlots, CallosumServerSlots)
})

test('an ES module imports both statically', () => {
  const program = `
    import Default, { CallosumServerSlots } from 'callosum-server-slots'
    import { CallosumServerSlots as Deep } from 'callosum-server-slots/index.js'
    if (Default !== CallosumServerSlots || Default !== Deep) process.exit(1)
    console.log(new CallosumServerSlots().get())
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: path.join(__dirname, '..', '..'), encoding: 'utf8'
  })
  assert.strictEqual(stdout, '0\n', stderr)
})

test('deep requires that worked with 0.1.0 still do', () => {
  assert.strictEqual(require('callosum-server-slots/index.js'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots/index'), CallosumServerSlots)
  assert.strictEqual(require('callosum-server-slots/package.json').name, 'callosum-server-slots')
})

test('deep imports have the same class', async () => {
  for (const name of ['callosum-server-slots/index.js', 'callosum-server-slots/index']) {
    const module = await import(name)
    assert.strictEqual(module.default, CallosumServerSlots, name)
    assert.strictEqual(module.CallosumServerSlots, CallosumServerSlots, name)
  }
})

test('what is internal cannot be required', () => {
  for (const name of ['lib/load-native.js', 'lib/errors.js', 'src/lib.rs']) {
    assert.throws(() => require(`callosum-server-slots/${name}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }, name)
  }
})
