'use strict'

// `node -r` this file makes a server fail to accept its second connection, as
// some systems do when too many files are open.

const net = require('net')

const { listen } = net.Server.prototype

net.Server.prototype.listen = function (...args) {
  this.once('connection', () => setImmediate(() => {
    const error = new Error('accept EMFILE')
    this.emit('error', Object.assign(error, { code: 'EMFILE', syscall: 'accept' }))
  }))
  return listen.apply(this, args)
}
