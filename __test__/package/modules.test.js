'use strict'

const assert = require('node:assert')
const test = require('node:test')
const CallosumServerSlots = require('../..')

for (const name of ['callosum-server-slots', 'callosum-server-slots/index.js', 'callosum-server-slots/index']) {
  test(`CommonJS has ${name} as the module and by name`, () => {
    assert.strictEqual(require(name), CallosumServerSlots)
    assert.strictEqual(require(name).CallosumServerSlots, CallosumServerSlots)
  })

  test(`ES modules have ${name} as the default and by name`, async () => {
    const module = await import(name)
    assert.strictEqual(module.default, CallosumServerSlots)
    assert.strictEqual(module.CallosumServerSlots, CallosumServerSlots)
  })
}

test('package.json can be required, as of 0.1.0', () => {
  assert.strictEqual(require('callosum-server-slots/package.json').name, 'callosum-server-slots')
})

test('what is internal cannot be required', () => {
  for (const name of ['lib/load-native.js', 'lib/errors.js', 'src/lib.rs']) {
    assert.throws(() => require(`callosum-server-slots/${name}`), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }, name)
  }
})
