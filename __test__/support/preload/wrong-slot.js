'use strict'

// `node -r` this file makes get() give the slot above 20 when it should give 20.

const CallosumServerSlots = require('../../..')

const { get } = CallosumServerSlots.prototype

CallosumServerSlots.prototype.get = function () {
  if (this.peek() === 20 && this.reserve(21)) return 21
  return get.call(this)
}
