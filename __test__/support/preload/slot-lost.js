'use strict'

// `node -r` this file makes put() forget the first slot that it gets.

const CallosumServerSlots = require('../../..')

const { put } = CallosumServerSlots.prototype
let forgot = false

CallosumServerSlots.prototype.put = function (slot) {
  if (forgot) return put.call(this, slot)
  forgot = true
}
