'use strict'

// `node -r` this file makes every five hundredth get() give slot 0, whether or not it
// is in use: a planted fault.

const CallosumServerSlots = require('../../..')

const { get, put } = CallosumServerSlots.prototype
let gets = 0
const wrong = []

CallosumServerSlots.prototype.get = function () {
  if (++gets % 500 !== 0) return get.call(this)
  wrong.push(0)
  return 0
}

CallosumServerSlots.prototype.put = function (slot) {
  if (slot === wrong[0]) return wrong.pop()
  return put.call(this, slot)
}
