'use strict'

// The package without its fast paths: every call is a native call. The difference to the
// package is what the fast paths save.

const CallosumServerSlots = require('../..')
const { version } = require('../../package.json')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

module.exports = {
  title: 'native calls only',
  version,
  load: () => () => withoutFastPaths(new CallosumServerSlots())
}
