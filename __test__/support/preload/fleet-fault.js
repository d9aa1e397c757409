'use strict'

// `node -r` this file gives the processes of a fleet the fault that FAULT names.

const net = require('node:net')
const CallosumServerSlots = require('../../..')
const { Outliers } = require('../../../lib/client/outliers')

const { lease } = CallosumServerSlots.prototype
const { write } = net.Socket.prototype
let calls = 0

const faults = {
  /** A server gives slot 3 a second time while it is in use. */
  'slot-twice' () {
    CallosumServerSlots.prototype.lease = function () {
      return ++calls === 15 && this.has(3) ? { slot: 3, release () {} } : lease.call(this)
    }
  },

  /** A server sends 4 to the client that it gave slot 5. */
  'slot-garbled' () {
    net.Socket.prototype.write = function (data, ...rest) {
      return write.call(this, data === '5\r\n' ? '4\r\n' : data, ...rest)
    }
  },

  /** A server crashes when it has given five slots. */
  crash () {
    CallosumServerSlots.prototype.lease = function () {
      if (++calls > 5) throw new Error('crash by order of the test')
      return lease.call(this)
    }
  },

  /** A client connects only to the first server. */
  'first-server' () { Math.random = () => 0 },

  /** A client ejects no server, whatever fails. */
  'no-ejection' () { Outliers.prototype.failed = () => false }
}

faults[process.env.FAULT]()
