'use strict'

const CallosumServerSlots = require('../..')
const { version } = require('../../package.json')

module.exports = {
  title: 'this package',
  version,
  load: () => () => new CallosumServerSlots()
}
