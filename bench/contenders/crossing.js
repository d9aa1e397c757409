'use strict'

// What is left when every call goes to Rust: what the fast paths save.

const CallosumServerSlots = require('../..')
const { version } = require('../../package.json')

const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

module.exports = {
  title: 'native calls only',
  version,
  load: () => () => withoutFastPaths(new CallosumServerSlots())
}
