'use strict'

// A Callosum server with a worker for each core. Each worker has a slot manager of its own, so
// its slots tell how many connections it has. SIGTERM ends it gracefully.
//
//   node examples/cluster.js               all workers listen on one port: nc 127.0.0.1 4040
//   OWN_PORTS=1 node examples/cluster.js   worker 0 on port 4040, worker 1 on 4041 …: list them all
//   WORKERS=2 PORT=5050 node examples/cluster.js

const cluster = require('node:cluster')
const os = require('node:os')
const { counter } = require('./service')
const serve = require('./limited-server')

const HOST = '127.0.0.1'
const MAX_SLOTS = 10_000 // for each worker
const PATIENCE = 10_000 // ms until open connections are destroyed at the end

function primary (workers) {
  let isEnding = false
  const start = index => {
    const worker = cluster.fork({ WORKER: index })
    const { pid } = worker.process
    let hasListened = false
    worker.on('message', port => {
      hasListened = true
      console.log(`worker ${index} (${pid}) listens on ${HOST}:${port}`)
    })
    // The connections of a worker that died have ended, and their slots with them, so the next
    // one begins at 0. One that could not listen is not replaced: the next could not either.
    worker.on('exit', (code, signal) => {
      console.log(`worker ${index} (${pid}) ended (${signal || code})`)
      if (code !== 0 && !hasListened) process.exitCode = 1
      if (!isEnding && hasListened) start(index)
    })
  }
  for (let index = 0; index < workers; index++) start(index)
  const stop = () => {
    isEnding = true
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM')
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // The reader of the output may close it, as head does. The workers end with this process.
  process.stdout.on('error', () => process.exit(0))
}

function worker (index, workers, port, hasOwnPort) {
  const methods = counter()
  const { server, close } = serve(MAX_SLOTS, slot => ({
    ...methods,
    number: () => slot * workers + index // no other connection to any of the workers has it now
  }))
  server.on('listening', () => process.send(server.address().port)) // to the primary
  server.on('error', error => {
    console.error(`worker ${index}: ${error.message}`)
    process.exit(1)
  })
  server.listen(hasOwnPort ? { host: HOST, port: port && port + index, exclusive: true } : { host: HOST, port })
  const stop = async () => {
    await close(PATIENCE)
    process.disconnect() // from the primary: nothing else keeps this process
  }
  process.once('SIGTERM', stop)
  process.on('SIGINT', () => {}) // of a terminal, which the primary gets too
}

function integer (name, standard, least, most) {
  const text = process.env[name] || String(standard)
  if (/^\d+$/.test(text) && text >= least && text <= most) return Number(text)
  console.error(`${name} must be an integer from ${least} to ${most}, but is '${text}'`)
  process.exit(1)
}

function main ([argument]) {
  if (argument !== undefined) {
    console.error(`There is no option ${argument}: the environment has PORT, WORKERS and OWN_PORTS`)
    process.exit(1)
  }
  const workers = integer('WORKERS', os.cpus().length, 1, 1024)
  const hasOwnPort = integer('OWN_PORTS', 0, 0, 1) === 1
  const port = integer('PORT', 4040, 0, hasOwnPort ? 65536 - workers : 65535)
  if (cluster.isPrimary) primary(workers)
  else worker(Number(process.env.WORKER), workers, port, hasOwnPort)
}

main(process.argv.slice(2))
