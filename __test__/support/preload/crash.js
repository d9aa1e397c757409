'use strict'

// `node -r` this file makes a server crash when it has given five slots.

const CallosumServerSlots = require('../../..')

const { get } = CallosumServerSlots.prototype
let calls = 0

CallosumServerSlots.prototype.get = function () {
  if (++calls > 5) throw new Error('crash by order of the test')
  return get.call(this)
}
