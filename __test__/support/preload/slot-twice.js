'use strict'

// `node -r` this file makes a server give slot 3 a second time while it is in use.

const CallosumServerSlots = require('../../..')

const { lease } = CallosumServerSlots.prototype
let calls = 0

CallosumServerSlots.prototype.lease = function () {
  return ++calls === 15 && this.has(3) ? { slot: 3, release () {} } : lease.call(this)
}
