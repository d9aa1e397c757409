'use strict'

// A Callosum server that measures the time it spends on its slots. Sends its parent the
// ports. Starts to measure at the message 'start', and replies to 'stop' with the figures.

const net = require('net')

const PORTS = 4 // more than one, so that the client does not run out of ephemeral ports

const contender = process.argv[2]
const now = process.hrtime.bigint

async function main () {
  const create = await require('../contenders/' + contender).load()
  const slots = create()
  let spent = 0n
  let calls = 0
  let cpu

  function accept (socket) {
    // Reading the clock takes longer than the call, so its time is measured and subtracted.
    const first = now()
    const before = now()
    const slot = slots.get()
    spent += now() - before - (before - first)
    calls++
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => {
      const first = now()
      const before = now()
      slots.put(slot)
      spent += now() - before - (before - first)
      calls++
    })
    socket.resume()
    socket.write(slot + '\r\n')
  }

  process.on('message', message => {
    if (message === 'start') {
      spent = 0n
      calls = 0
      cpu = process.cpuUsage()
    } else {
      const { user, system } = process.cpuUsage(cpu)
      process.send({ spent: Number(spent), calls, cpu: (user + system) * 1000 })
    }
  })
  process.on('disconnect', () => process.exit())

  const servers = Array.from({ length: PORTS }, () => net.createServer(accept))
  await Promise.all(servers.map(server => new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve)
  })))
  process.send({ ports: servers.map(server => server.address().port) })
}

main()
