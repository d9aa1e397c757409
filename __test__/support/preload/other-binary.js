'use strict'

// `node -r` this file, or this file named in NODE_OPTIONS, makes the package load the
// binary that CALLOSUM_TEST_BINARY names in place of its own. The package itself
// has no such setting. Copies of the package elsewhere keep theirs.

const Module = require('module')
const path = require('path')

const ROOT = path.join(__dirname, '..', '..', '..')
const load = Module._extensions['.node']

Module._extensions['.node'] = function (module, file) {
  const ours = path.dirname(file) === ROOT && path.basename(file).startsWith('callosum-server-slots.')
  return load.call(this, module, ours ? process.env.CALLOSUM_TEST_BINARY : file)
}
