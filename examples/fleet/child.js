'use strict'

// `node -r` this file makes a program of the fleet exit when the process that started it has
// ended for any reason, and a server sick while it is told to be: it takes connections and gives
// slots, and resets each connection that sends a request.

const net = require('node:net')

let isSick = false
process.on('message', message => { if ('sick' in message) isSick = message.sick })
process.once('disconnect', () => process.exit(1))
process.channel.unref() // does not keep the program from ending earlier

const { write } = net.Socket.prototype
net.Socket.prototype.write = function (data, ...rest) {
  if (!isSick || !String(data).startsWith('{')) return write.call(this, data, ...rest)
  this.resetAndDestroy() // in place of the reply
  return false
}
