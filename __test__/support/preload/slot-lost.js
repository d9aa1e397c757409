'use strict'

// `node -r` this file makes a server forget the first slot that it gets back.

const CallosumServerSlots = require('../../..')

const { lease } = CallosumServerSlots.prototype
let forgot = false

CallosumServerSlots.prototype.lease = function () {
  const { slot, release } = lease.call(this)
  return {
    slot,
    release () {
      if (forgot) release()
      forgot = true
    }
  }
}
