'use strict'

// `node -r` this file makes get() give slot 3 a second time while it is in use.

const CallosumServerSlots = require('../../..')

const { get } = CallosumServerSlots.prototype
let calls = 0

CallosumServerSlots.prototype.get = function () {
  return ++calls === 15 && this.has(3) ? 3 : get.call(this)
}
