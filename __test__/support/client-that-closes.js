'use strict'

// A program that must end after its client has closed. A lessee has destroyed one connection,
// an offer has closed before another came, and the others are idle.

const net = require('net')
const CallosumClient = require('../../client.js')

const short = net.createServer(socket => socket.end('0\r\n'))
const server = net.createServer(socket => {
  socket.resume()
  setTimeout(() => socket.write('0\r\n'), 50)
})
const addressOf = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve({ host: '127.0.0.1', port: server.address().port })))

async function main () {
  const servers = [await addressOf(short), await addressOf(server)]
  const client = new CallosumClient({ servers, interval: 60000, fillInterval: 500, timeout: 60000 })
  const lease = await client.acquire()
  lease.release()
  const other = await client.acquire()
  other.socket.destroy()
  other.release()
  short.close()
  server.close()
  await client.close({ timeout: 60000 })
  console.log('closed')
}

main()
