'use strict'

// `node -r` this file makes a server send 4 to the client that it gave slot 5.

const net = require('net')

const { write } = net.Socket.prototype

net.Socket.prototype.write = function (data, ...rest) {
  return write.call(this, data === '5\r\n' ? '4\r\n' : data, ...rest)
}
