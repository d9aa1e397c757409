'use strict'

const neostandard = require('neostandard')

module.exports = [
  ...neostandard({ env: ['node'] }),
  { ignores: ['target/', '.platforms/'] },
  {
    files: ['client.js', 'lib/internals.js'],
    languageOptions: { ecmaVersion: 2022 } // private fields, which Node.js 12 has
  }
]
