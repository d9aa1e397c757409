'use strict'

// `node -r` this file makes a server crash when it has given five slots.

const CallosumServerSlots = require('../../..')

const { lease } = CallosumServerSlots.prototype
let calls = 0

CallosumServerSlots.prototype.lease = function () {
  if (++calls > 5) throw new Error('crash by order of the test')
  return lease.call(this)
}
