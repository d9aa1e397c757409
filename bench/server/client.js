'use strict'

// Opens connections and keeps them, opens many short ones beside them, then closes all.
// Sends its parent how long each connection waited for its slot.

const net = require('net')

const AT_ONCE = 100

const { ports, open, short } = JSON.parse(process.argv[2])
const held = []
let turn = 0

async function main () {
  const opened = await phase(open, (socket, slot) => held.push({ socket, slot }))
  held.sort((a, b) => a.slot - b.slot)
  if (held.some(({ slot }, i) => slot !== i)) throw new Error('the slots are not the lowest')

  const shorts = await phase(short, socket => closed(socket))
  await Promise.all(held.map(({ socket }) => closed(socket)))
  process.send({ opened, shorts })
}

/** Makes `count` connections, AT_ONCE at a time. Returns how long they waited, in ns. */
async function phase (count, then) {
  const times = []
  let left = count
  const began = process.hrtime.bigint()
  async function work () {
    while (left-- > 0) {
      const before = process.hrtime.bigint()
      const { socket, slot } = await connect()
      times.push(Number(process.hrtime.bigint() - before))
      await then(socket, slot)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { times: summary(times), wall: Number(process.hrtime.bigint() - began) }
}

function connect () {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port: ports[turn++ % ports.length] })
    let text = ''
    socket.on('error', reject)
    socket.on('data', data => {
      text += data
      if (text.endsWith('\r\n')) resolve({ socket, slot: parseInt(text, 10) })
    })
  })
}

function closed (socket) {
  return new Promise(resolve => {
    socket.on('close', resolve)
    socket.end()
  })
}

function summary (times) {
  times.sort((a, b) => a - b)
  const at = share => times[Math.floor((times.length - 1) * share)]
  return { median: at(0.5), p99: at(0.99) }
}

main().catch(error => {
  console.error(error.message)
  process.exit(1)
})
