'use strict'

// A Callosum server with a worker for each core. All listen on one port, and each
// has a slot manager of its own: a client that gets a low slot has reached a worker with
// few connections. So a machine with twice the workers gets twice the connections.
//
//   node examples/cluster.js          then, elsewhere: nc 127.0.0.1 4040
//   WORKERS=2 node examples/cluster.js

const cluster = require('cluster')
const net = require('net')
const os = require('os')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')

const HOST = '127.0.0.1'
if (process.argv.length > 2) usage(process.argv[2])
const PORT = integer('PORT', 4040, 0, 65535)
const WORKERS = integer('WORKERS', os.cpus().length, 1, 1024)

// The reader of the output may close it, as head does. The workers end with this process.
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

if (cluster.isPrimary) {
  const served = new Set() // the workers that have listened
  for (let i = 0; i < WORKERS; i++) cluster.fork()
  cluster.on('listening', (worker, { port }) => {
    served.add(worker.id)
    console.log(`worker ${worker.process.pid} listens on ${HOST}:${port}`)
  })
  // The connections of a worker that died have ended, and their slots with them, so the
  // next worker begins at 0. A worker that could not listen is not replaced, since the next
  // one could not listen either.
  cluster.on('exit', (worker, code, signal) => {
    console.log(`worker ${worker.process.pid} ended (${signal || code})`)
    if (served.delete(worker.id)) cluster.fork()
    else process.exitCode = 1
  })
} else {
  const slots = new CallosumServerSlots()
  const server = net.createServer(socket => {
    const lease = slots.lease()
    socket.on('close', lease.release)
    socket.on('error', () => {}) // 'close' follows
    socket.resume() // a socket ends only when all that was sent to it has been read
    socket.write(`${lease.slot}\r\n`)
  })
  server.listen(PORT, HOST)
}

function integer (name, standard, least, most) {
  const text = process.env[name] || String(standard)
  if (/^\d+$/.test(text) && text >= least && text <= most) return Number(text)
  console.error(`${name} must be an integer from ${least} to ${most}, but is '${text}'`)
  process.exit(2)
}

function usage (argument) {
  const wrong = argument !== '--help'
  const say = wrong ? console.error : console.log
  say(wrong
    ? `There is no option ${argument}: the environment has PORT and WORKERS`
    : 'PORT=N WORKERS=N node examples/cluster.js\n  PORT      an integer from 0 to 65535, where 0 is any free port (4040)\n  WORKERS   an integer from 1 to 1024 (one for each core)')
  process.exit(wrong ? 2 : 0)
}
