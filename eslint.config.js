'use strict'

const neostandard = require('neostandard')

module.exports = [
  ...neostandard({ env: ['node'] }),
  { ignores: ['target/', '.platforms/', '.runtimes/'] }
]
