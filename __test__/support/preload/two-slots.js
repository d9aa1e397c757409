'use strict'

// `node -r` this file makes get() find no free slot while two are in use, which
// otherwise takes more connections than a test can open.

const CallosumServerSlots = require('../../..')

const { get, put } = CallosumServerSlots.prototype
let inUse = 0

CallosumServerSlots.prototype.get = function () {
  if (inUse < 2) {
    inUse++
    return get.call(this)
  }
  this.emit('full')
}

CallosumServerSlots.prototype.put = function (slot) {
  inUse--
  return put.call(this, slot)
}
