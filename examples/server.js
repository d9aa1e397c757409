'use strict'

// A Callosum server over TCP. It writes a slot to each connection, as decimal digits and
// '\r\n': that is the whole protocol. The slot is free again when the connection ends. What
// follows on the connection is the service's own affair: service.js.
//
//   node examples/server.js           then, elsewhere: nc 127.0.0.1 4040
//   PORT=0 node examples/server.js    listens on any free port

const net = require('node:net')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')
const { answer, counter } = require('./service')

const HOST = '127.0.0.1'

// Each connection is an open file. At the limit of open files the system drops new
// connections silently, so there are no more slots than that.
const FILES = openFilesLimit()
const SPARE_FILES = 32 // open files that are not connections

const slots = new CallosumServerSlots({ maxSlots: Math.max(1, Math.min(FILES - SPARE_FILES, 2147483647)) })
const sockets = new Map() // the socket of each slot in use
const methods = counter()
let served = 0
let report = console.log // a line for each event

slots.on('full', () => report(`! full: ${slots.size} connections are as many as ${FILES} open files allow (ulimit -n)`))
slots.on('error', error => report(`! ${error.message}${error.reason ? ': ' + error.reason : ''}`)) // without a listener it would throw

const server = net.createServer(socket => {
  const lease = slots.lease()
  if (lease === undefined) return socket.destroy() // without a slot: the client tries a server again later
  const { slot } = lease

  // Read now, because a closed socket no longer knows its peer. A socket that was reset
  // before it was accepted never knew it.
  const peer = socket.remoteAddress ? `${socket.remoteAddress}:${socket.remotePort}` : 'gone'
  served++
  sockets.set(slot, socket)
  report(`+ ${slot}  ${peer}  ${slots.size} in use`)

  // 'close' is emitted exactly once, however the connection ends. 'end' and 'error' may both
  // be emitted, or neither.
  socket.on('close', () => {
    sockets.delete(slot)
    lease.release()
    report(`- ${slot}  ${peer}  ${slots.size} in use`)
  })
  socket.on('error', () => {}) // for example a reset by the client; 'close' follows
  socket.setKeepAlive(true, 60000) // detects clients that vanish without a FIN
  socket.write(`${slot}\r\n`)
  answer(socket, methods)
})

server.on('listening', () => {
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const title = `listening on ${HOST}:${server.address().port}`
  console.log(title)
  if (process.stdout.isTTY) report = require('./slots-view')(title + '   (Ctrl-C ends it)', () => sockets.keys())
  process.on('exit', () => console.log(`connections served: ${served}`))
})

server.on('error', error => {
  // If a connection could not be accepted, for example because too many files are open
  // (EMFILE), the others go on.
  if (server.listening) return report('! ' + error.message)
  const why = error.code === 'EADDRINUSE' ? 'the port is in use; set PORT to another' : error.message
  fail(`Cannot listen on ${HOST}:${error.port}: ${why}`)
})

// The reader of the output may close it, as head does.
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// When no connection is left, the process ends by itself.
function stop () {
  server.close()
  for (const socket of sockets.values()) socket.destroy()
}

/** The limit of open files, which Node.js has raised as far as it may. Windows and Deno report none. */
function openFilesLimit () {
  const { userLimits } = process.report ? process.report.getReport() : {}
  return (userLimits && Number(userLimits.open_files.soft)) || Infinity // or 'unlimited'
}

function fail (message) {
  console.error(message)
  process.exitCode = 1
}

function main ([argument], { PORT = '4040' }) {
  if (argument !== undefined) return fail(`There is no option ${argument}: the environment has PORT`)
  if (!/^\d+$/.test(PORT) || PORT > 65535) return fail(`PORT must be an integer from 0 to 65535, but is '${PORT}'`)
  server.listen(Number(PORT), HOST)
}

main(process.argv.slice(2), process.env)
