'use strict'

// `node -r` this file makes a server find no free slot while two are in use, which otherwise
// takes more connections than a test can open.

const CallosumServerSlots = require('../../..')

const { lease } = CallosumServerSlots.prototype

CallosumServerSlots.prototype.lease = function () {
  if (this.size < 2) return lease.call(this)
  this.emit('full')
}
