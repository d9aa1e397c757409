'use strict'

// `node -r` this file makes the package load with a text in index.js replaced by another. CALLOSUM_TEST_FAULT has both, as JSON.

const fs = require('fs')
const Module = require('module')
const path = require('path')

const INDEX = path.join(__dirname, '..', '..', '..', 'index.js')
const [right, wrong] = JSON.parse(process.env.CALLOSUM_TEST_FAULT)
const load = Module._extensions['.js']

Module._extensions['.js'] = function (module, file) {
  if (file !== INDEX) return load.call(this, module, file)
  const parts = fs.readFileSync(file, 'utf8').split(right)
  if (parts.length !== 2) throw new Error(`index.js has ${parts.length - 1} times: ${right}`)
  module._compile(parts.join(wrong), file)
}
