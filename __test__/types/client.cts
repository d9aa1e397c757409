// Compiled only (npm run types): uses everything of the client, in CommonJS; what needs
// Symbol.dispose is in using.ts.

import CallosumClient = require('callosum-server-slots/client')
import { EventEmitter } from 'events'
import { Socket, connect } from 'net'
import { Duplex, PassThrough } from 'stream'
import { TLSSocket, connect as connectTls } from 'tls'

const servers = [{ host: '127.0.0.1', port: 4040 }]
const client = new CallosumClient({ servers })
new CallosumClient({ servers: [] })
new CallosumClient({ servers: [{ path: '/run/server.sock' }, { port: 4040, timeout: 5 }] })
new CallosumClient({ servers: () => servers })
new CallosumClient({ servers: async () => servers })
new CallosumClient.CallosumClient({ servers: servers as readonly { host: string, port: number }[] })
const all = new CallosumClient({
  servers, connections: 10, interval: 1000, fillInterval: 100, offers: 2, timeout: 2000, pick: 'lowest', connect
})
new CallosumClient({ servers, connections: undefined, pick: undefined, connect: undefined })
const options: CallosumClient.Options = { servers: [{ port: 4040 }], pick: 'random' }
const standard: CallosumClient = new CallosumClient(options)
const emitter: EventEmitter = client

const connections: Array<CallosumClient.Connection<{ host: string, port: number }>> = client.connections
const numbers: number[] = connections.map(({ slot, server }) => slot + server.port)
const lease: CallosumClient.Lease<{ host: string, port: number }> | undefined = client.lease()
lease?.release()
emitter.once('close', lease!.release)
const socket: Socket = lease!.socket
socket.setNoDelay(true)

const secure = new CallosumClient({ servers: [{ port: 443, servername: 'localhost' }], connect: connectTls })
const authorized: boolean | undefined = secure.lease()?.socket.authorized
const secured: TLSSocket[] = secure.connections.map(({ socket }) => socket)
const own = new CallosumClient({ servers: [new URL('tcp://localhost:1')], connect: url => connect(Number(url.port)) })
const host: string = own.connections[0]!.server.host
const through: Duplex | undefined = new CallosumClient({ servers, connect: () => new PassThrough() }).lease()?.socket

async function use (): Promise<void> {
  const controller = new AbortController()
  const lease = await client.acquire({ timeout: 500, signal: controller.signal })
  const slot: number = lease.slot
  const port: number = lease.server.port
  lease.release()
  await client.acquire()
  await client.close({ timeout: 5000 })
  await client.close()
  console.log(slot, port)
}

client
  .on('open', ({ socket, slot, server }) => console.log(socket.localPort, slot.toFixed(), server.port))
  .once('close', ({ server }) => console.log(server.host))
  .addListener('failed', (server, error) => console.log(server?.port, error.code === 'ERR_SLOT_TIMEOUT', error.message))
  .on('mine', (value: number) => console.log(value))

class Mine extends CallosumClient<{ port: number }> {
  name = 'mine'
}
const mine: Mine = new Mine({ servers: [{ port: 1 }] })

// @ts-expect-error there is no client without servers
new CallosumClient({})
// @ts-expect-error no such choice
new CallosumClient({ servers, pick: 'highest' })
// @ts-expect-error a server is an object
new CallosumClient({ servers: ['localhost:4040'] })
// @ts-expect-error read-only
client.connections = []
// @ts-expect-error it may be undefined
client.lease().release()
// @ts-expect-error not a signal
client.acquire({ signal: {} })

console.log(all, standard, numbers, authorized, secured, host, through, use, mine)
