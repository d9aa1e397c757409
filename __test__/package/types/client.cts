// Compiled only (types.test.js, npm run lint): uses everything of the client, in CommonJS; what needs
// Symbol.dispose is in using.ts. Its types are compared exactly: a wider one, or any, is an
// error.

import CallosumClient = require('callosum-server-slots/client')
import { EventEmitter } from 'events'
import { Socket, connect } from 'net'
import { Duplex, PassThrough } from 'stream'
import { TLSSocket, connect as connectTls } from 'tls'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type Expect<T extends true> = T
declare function exactly<Expected> (): <Actual>(value: Actual, ...wrong: Equal<Actual, Expected> extends true ? [] : [never]) => void

type Address = { host: string, port: number }
const servers = [{ host: '127.0.0.1', port: 4040 }]
const client = new CallosumClient({ servers })
new CallosumClient({ servers: [] })
new CallosumClient({ servers: [{ path: '/run/server.sock' }, { port: 4040, timeout: 5 }] })
new CallosumClient({ servers: () => servers })
new CallosumClient({ servers: async () => servers })
new CallosumClient.CallosumClient({ servers: servers as readonly { host: string, port: number }[] })
const all = new CallosumClient({
  servers, connections: 10, interval: 1000, fillInterval: 100, offers: 2, timeout: 2000, pick: 'lowest', connect,
  outliers: { failures: 3, ejectionTime: 1000, maxEjectionTime: 10000 }
})
new CallosumClient({ servers, outliers: false })
new CallosumClient({ servers, outliers: { failures: undefined, ejectionTime: undefined, maxEjectionTime: undefined } })
new CallosumClient({ servers, connections: undefined, pick: undefined, connect: undefined })
const options: CallosumClient.Options = { servers: [{ port: 4040 }], pick: 'random' }
const standard: CallosumClient = new CallosumClient(options)
const emitter: EventEmitter = client

const connections: Array<CallosumClient.Connection<{ host: string, port: number }>> = client.connections
const numbers: number[] = connections.map(({ slot, server }) => slot + server.port)
const lease: CallosumClient.Lease<{ host: string, port: number }> | undefined = client.lease()
lease?.release()
const socket: Socket = lease!.socket
socket.setNoDelay(true)
emitter.once('close', lease!.release)
socket.once('close', lease!.release)
try { lease?.release() } catch (error) { lease?.release(error) }

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
  exactly<number>()(await client.use(({ slot }) => slot))
  exactly<string>()(await client.use(async ({ socket, server }) => `${socket.localPort} ${server.host}`, { timeout: 5, signal: controller.signal }))
  await client.use(lease => exactly<CallosumClient.Lease<Address>>()(lease), undefined)
  await client.close({ timeout: 5000 })
  await client.close()
  console.log(slot, port)
}

client
  .on('open', ({ socket, slot, server }) => console.log(socket.localPort, slot.toFixed(), server.port))
  .once('close', ({ server }) => console.log(server.host))
  .addListener('failed', (server, error) => console.log(server?.port, error.code === 'ERR_SLOT_TIMEOUT', error.message))
  .on('ejected', (server, error) => console.log(server.port, error.message))
  .once('restored', server => console.log(server.port))
  .on('mine', (value: number) => console.log(value))

for (const name of ['open', 'close'] as const) {
  client.on(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
  client.once(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
  client.addListener(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
}
function onFailed (server: Address | undefined, error: CallosumClient.FailedError): void {}
client.on('failed', onFailed).once('failed', onFailed).addListener('failed', onFailed)
client.on('failed', (...values) => exactly<Parameters<typeof onFailed>>()(values))
client.once('failed', (...values) => exactly<Parameters<typeof onFailed>>()(values))
client.addListener('failed', (...values) => exactly<Parameters<typeof onFailed>>()(values))

function onEjected (server: Address, error: Error): void {}
client.on('ejected', onEjected).once('ejected', onEjected).addListener('ejected', onEjected)
client.on('ejected', (...values) => exactly<Parameters<typeof onEjected>>()(values))
client.once('restored', server => exactly<Address>()(server)).addListener('restored', server => exactly<Address>()(server))

type Codes = 'ERR_SLOT_TIMEOUT' | 'ERR_SLOT_INVALID' | 'ERR_SLOT_MISSING' | 'ERR_SERVERS_TIMEOUT' | 'ERR_INVALID_ARG_TYPE'
type Choice = 'random' | 'lowest'
export type Exact = [
  Expect<Equal<CallosumClient['connections'], CallosumClient.Connection[]>>,
  Expect<Equal<CallosumClient['lease'], () => CallosumClient.Lease | undefined>>,
  Expect<Equal<CallosumClient['acquire'], (options?: CallosumClient.AcquireOptions) => Promise<CallosumClient.Lease>>>,
  Expect<Equal<CallosumClient['close'], (options?: CallosumClient.CloseOptions) => Promise<void>>>,
  Expect<Equal<CallosumClient.FailedError['code'], Codes | (string & {}) | undefined>>,
  Expect<Equal<keyof CallosumClient.Connection, 'socket' | 'slot' | 'server'>>,
  Expect<Equal<CallosumClient.Connection<Address, TLSSocket>['socket'], TLSSocket>>,
  Expect<Equal<CallosumClient.Connection['slot'], number>>,
  Expect<Equal<CallosumClient.Connection<Address>['server'], Address>>,
  Expect<Equal<CallosumClient.Lease['release'], (error?: unknown) => void>>,
  Expect<Equal<keyof CallosumClient.Options, 'servers' | 'connections' | 'interval' | 'fillInterval' | 'offers' | 'timeout' | 'pick' | 'connect' | 'outliers'>>,
  Expect<Equal<CallosumClient.Options['connections' | 'interval' | 'fillInterval' | 'offers' | 'timeout'], number | undefined>>,
  Expect<Equal<CallosumClient.Options['pick'], Choice | undefined>>,
  Expect<Equal<CallosumClient.Options<Address, Duplex>['connect'], ((server: Address) => Duplex) | undefined>>,
  Expect<Equal<keyof CallosumClient.AcquireOptions, 'timeout' | 'signal'>>,
  Expect<Equal<CallosumClient.AcquireOptions['timeout'], number | undefined>>,
  Expect<Equal<CallosumClient.AcquireOptions['signal'], CallosumClient.Signal | undefined>>,
  Expect<Equal<CallosumClient.UseOptions, CallosumClient.AcquireOptions>>,
  Expect<Equal<CallosumClient.Options['outliers'], CallosumClient.OutlierOptions | false | undefined>>,
  Expect<Equal<keyof CallosumClient.OutlierOptions, 'failures' | 'ejectionTime' | 'maxEjectionTime'>>,
  Expect<Equal<CallosumClient.OutlierOptions['failures' | 'ejectionTime' | 'maxEjectionTime'], number | undefined>>,
  Expect<Equal<CallosumClient['stats'], CallosumClient.Stats>>,
  Expect<Equal<keyof CallosumClient.Stats, 'idle' | 'leased' | 'waiting' | 'connecting' | 'ejected'>>,
  Expect<Equal<CallosumClient.Stats[keyof CallosumClient.Stats], number>>,
  Expect<Equal<keyof CallosumClient.CloseOptions, 'timeout'>>,
  Expect<Equal<CallosumClient.CloseOptions['timeout'], number | undefined>>
]

// Each option may be undefined, where exactOptionalPropertyTypes distinguishes that, too.
const undefinedOptions: CallosumClient.Options = {
  servers, connections: undefined, interval: undefined, fillInterval: undefined, offers: undefined, timeout: undefined, pick: undefined, connect: undefined, outliers: undefined
}
const undefinedToAcquire: CallosumClient.AcquireOptions = { timeout: undefined, signal: undefined }
const undefinedToClose: CallosumClient.CloseOptions = { timeout: undefined }

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
client.stats.idle = 1
// @ts-expect-error read-only
client.connections = []
// @ts-expect-error read-only
client.connections[0]!.socket = socket
// @ts-expect-error read-only
client.connections[0]!.slot = 1
// @ts-expect-error read-only
client.connections[0]!.server = servers[0]!
// @ts-expect-error read-only
lease!.slot = 1
// @ts-expect-error read-only
lease!.release = () => {}
// @ts-expect-error a connection of the pool is no lease
client.connections[0]!.release()
// @ts-expect-error the server of a failure may be unknown
client.on('failed', server => server.port)
// @ts-expect-error the same
client.once('failed', server => server.port)
// @ts-expect-error the same
client.addListener('failed', server => server.port)
// @ts-expect-error there is no work
client.use({ timeout: 5 })
// @ts-expect-error outliers are detected or not
new CallosumClient({ servers, outliers: true })
// @ts-expect-error no such option
client.acquire({ time: 5 })
// @ts-expect-error it has no signal
client.close({ signal: new AbortController().signal })
// @ts-expect-error it may be undefined
client.lease().release()
// @ts-expect-error not a signal
client.acquire({ signal: {} })

console.log(all, standard, numbers, authorized, secured, host, through, use, mine, undefinedOptions, undefinedToAcquire, undefinedToClose)
