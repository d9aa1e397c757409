'use strict'

// A machine of the cluster benchmark: workers behind one port. Each has a slot manager of its
// own, or the primary has one for all and hands out slots over IPC. Its arguments: the number
// of workers; `worker` or `machine`, for where the manager is; `rr` or `none`, for whether
// Node.js or the operating system spreads the connections.

const cluster = require('cluster')
const net = require('net')
const { cpuUsage } = process

const CallosumServerSlots = require('../..')

const [workers, where, scheduling] = process.argv.slice(2)

function primary () {
  cluster.schedulingPolicy = scheduling === 'rr' ? cluster.SCHED_RR : cluster.SCHED_NONE
  const slots = new CallosumServerSlots()
  let listening = 0
  let states = []

  cluster.on('listening', (worker, { port }) => {
    listening++
    if (listening === Number(workers)) process.send({ port })
  })
  cluster.on('message', (worker, message) => {
    if (message.get !== undefined) worker.send({ given: message.get, slot: slots.get() })
    if (message.put !== undefined) slots.put(message.put)
    if (message.state !== undefined) {
      states.push(message.state)
      if (states.length < Number(workers)) return
      process.send({ loads: states.map(({ load }) => load), cpu: states.reduce((sum, { cpu }) => sum + cpu, microseconds()) })
      states = []
    }
  })
  cluster.on('exit', (worker, code, signal) => {
    if (!worker.exitedAfterDisconnect) throw new Error(`A worker ended with ${code || signal}`)
  })
  process.on('message', () => {
    for (const worker of Object.values(cluster.workers)) worker.send({ tell: true })
  })
  process.on('disconnect', () => process.exit())
  for (let i = 0; i < Number(workers); i++) cluster.fork()
}

function worker () {
  const slots = where === 'worker' ? ownSlots() : primarySlots()
  let load = 0
  const server = net.createServer(socket => {
    load++
    let slot
    let closed = false
    socket.on('close', () => {
      load--
      closed = true
      if (slot !== undefined) slots.put(slot)
    })
    socket.on('error', () => {})
    socket.resume()
    slots.get(given => {
      if (closed) return slots.put(given) // the connection ended before its slot came
      slot = given
      socket.write(`${slot}\r\n`)
    })
  })
  process.on('message', ({ tell }) => {
    if (tell) process.send({ state: { load, cpu: microseconds() } })
  })
  server.listen(0, '127.0.0.1')
}

function ownSlots () {
  const slots = new CallosumServerSlots()
  return {
    get: callback => callback(slots.get()),
    put: slot => slots.put(slot)
  }
}

function primarySlots () {
  const asked = new Map()
  let last = 0
  process.on('message', ({ given, slot }) => {
    if (given === undefined) return
    const callback = asked.get(given)
    asked.delete(given)
    callback(slot)
  })
  return {
    get (callback) {
      asked.set(++last, callback)
      process.send({ get: last })
    },
    put: slot => process.send({ put: slot })
  }
}

function microseconds () {
  const { user, system } = cpuUsage()
  return user + system
}

if (cluster.isPrimary) primary()
else worker()
