'use strict'

// Has nothing left to do once its client is closed: a lessee has destroyed one connection,
// the others are idle.

const net = require('net')
const CallosumClient = require('../../client.js')

const server = net.createServer(socket => socket.resume().write('0\r\n'))
server.listen(0, '127.0.0.1', async () => {
  const client = new CallosumClient({ servers: [server.address()].map(({ port }) => ({ host: '127.0.0.1', port })), interval: 60000, timeout: 60000 })
  const lease = await client.acquire()
  lease.release()
  const other = await client.acquire()
  other.socket.destroy()
  other.release()
  server.close()
  await client.close({ timeout: 60000 })
  console.log('closed')
})
