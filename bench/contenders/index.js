'use strict'

// The contenders by name. `load()` returns, or promises, a class with get() and put(slot).

const names = ['ours', 'heap', 'flatqueue', 'number-allocator', 'set', 'js-bitmap']

module.exports = {
  ...Object.fromEntries(names.map(name => [name, require('./' + name)])),
  ...require('../by-hand')
}
