// Compiled only (types.test.js, npm run lint): uses everything of the client, in CommonJS; what needs
// Symbol.dispose is in using.ts. Its types are compared exactly: a wider one, or any, is an
// error.

import CallosumClient = require('callosum-server-slots/client')
import { EventEmitter } from 'events'
import { NetConnectOpts, Socket, connect } from 'net'
import { Duplex, PassThrough } from 'stream'
import { TLSSocket, connect as connectTls } from 'tls'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type Expect<T extends true> = T
declare function exactly<Expected> (): <Actual>(value: Actual, ...wrong: Equal<Actual, Expected> extends true ? [] : [never]) => void

type Address = { host: string, port: number }
type Client = CallosumClient<Address, TLSSocket>
type Connection = CallosumClient.Connection<Address, TLSSocket>
type Lease = CallosumClient.Lease<Address, TLSSocket>
type Codes = 'ERR_SLOT_TIMEOUT' | 'ERR_SLOT_INVALID' | 'ERR_SLOT_MISSING' | 'ERR_SERVERS_TIMEOUT' | 'ERR_INVALID_ARG_TYPE'

/** The class but for use(), which is generic, and what it has of EventEmitter. */
type Members = {
  readonly connections: Connection[]
  readonly stats: CallosumClient.Stats
  lease: () => Lease | undefined
  acquire: (options?: CallosumClient.AcquireOptions) => Promise<Lease>
  close: (options?: CallosumClient.CloseOptions) => Promise<void>
}
type Stats = { readonly idle: number, readonly leased: number, readonly waiting: number, readonly connecting: number, readonly ejected: number }
type Options = {
  servers: readonly Address[] | (() => readonly Address[] | PromiseLike<readonly Address[]>)
  connections?: number | undefined
  interval?: number | undefined
  fillInterval?: number | undefined
  offers?: number | undefined
  timeout?: number | undefined
  pick?: 'random' | 'lowest' | undefined
  connect?: ((server: Address) => TLSSocket) | undefined
  outliers?: CallosumClient.OutlierOptions | false | undefined
}
type Outliers = { failures?: number | undefined, ejectionTime?: number | undefined, maxEjectionTime?: number | undefined }
type Waiting = { timeout?: number | undefined, signal?: CallosumClient.Signal | undefined }

export type Exact = [
  Expect<Equal<CallosumClient, CallosumClient<NetConnectOpts, Socket>>>,
  Expect<Equal<Pick<Client, keyof Members>, Members>>,
  Expect<Equal<Exclude<keyof Client, keyof EventEmitter | symbol>, keyof Members | 'use'>>,
  Expect<Equal<Connection, { readonly socket: TLSSocket, readonly slot: number, readonly server: Address }>>,
  Expect<Equal<Pick<Lease, keyof Connection>, Connection>>,
  Expect<Equal<Pick<Lease, 'release'>, { readonly release: (error?: unknown) => void }>>,
  Expect<Equal<CallosumClient.Stats, Stats>>,
  Expect<Equal<ConstructorParameters<typeof CallosumClient<Address, TLSSocket>>, [options: CallosumClient.Options<Address, TLSSocket>]>>,
  Expect<Equal<CallosumClient.Options<Address, TLSSocket>, Options>>,
  Expect<Equal<CallosumClient.OutlierOptions, Outliers>>,
  Expect<Equal<CallosumClient.AcquireOptions, Waiting>>,
  Expect<Equal<CallosumClient.UseOptions, Waiting>>,
  Expect<Equal<CallosumClient.CloseOptions, { timeout?: number | undefined }>>,
  Expect<Equal<CallosumClient.FailedError['code'], Codes | (string & {}) | undefined>>
]

const servers = [{ host: '127.0.0.1', port: 4040 }]
const client = new CallosumClient({ servers })
new CallosumClient({ servers: [] })
new CallosumClient({ servers: [{ path: '/run/server.sock' }, { port: 4040, timeout: 5 }] })
new CallosumClient({ servers: async () => servers })
new CallosumClient.CallosumClient({ servers: servers as readonly Address[] })
const options: CallosumClient.Options = { servers: [{ port: 4040 }], pick: 'random' }
const standard: CallosumClient = new CallosumClient(options)
const emitter: EventEmitter = client
emitter.once('close', client.lease()!.release)
exactly<Socket>()(client.lease()!.socket)
client.connections[0]!.socket.once('close', client.lease()!.release)

const secure = new CallosumClient({ servers: [{ port: 443, servername: 'localhost' }], connect: connectTls })
exactly<TLSSocket>()(secure.connections[0]!.socket)
const own = new CallosumClient({ servers: [new URL('tcp://localhost:1')], connect: url => connect(Number(url.port)) })
const host: string = own.connections[0]!.server.host
const through: Duplex | undefined = new CallosumClient({ servers, connect: () => new PassThrough() }).lease()?.socket

async function use (): Promise<void> {
  const { signal } = new AbortController()
  exactly<CallosumClient.Lease<Address>>()(await client.acquire({ timeout: 500, signal }))
  exactly<number>()(await client.use(({ slot }) => slot))
  exactly<string>()(await client.use(async ({ socket, server }) => `${socket.localPort} ${server.host}`, { timeout: 5, signal }))
  await client.use(lease => exactly<CallosumClient.Lease<Address>>()(lease), undefined)
}

for (const name of ['open', 'close'] as const) {
  client.on(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
  client.once(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
  client.addListener(name, connection => exactly<CallosumClient.Connection<Address>>()(connection))
}
type Failed = [server: Address | undefined, error: CallosumClient.FailedError]
client.on('failed', (...values) => exactly<Failed>()(values))
client.once('failed', (...values) => exactly<Failed>()(values))
client.addListener('failed', (...values) => exactly<Failed>()(values))
type Ejected = [server: Address, error: Error]
client.on('ejected', (...values) => exactly<Ejected>()(values))
client.once('ejected', (...values) => exactly<Ejected>()(values))
client.addListener('ejected', (...values) => exactly<Ejected>()(values))
client.on('restored', server => exactly<Address>()(server))
client.once('restored', server => exactly<Address>()(server))
client.addListener('restored', server => exactly<Address>()(server))
client.on('mine', (value: number) => console.log(value)).once('open', ({ slot }) => console.log(slot))

class Mine extends CallosumClient<{ port: number }> {
  name = 'mine'
}
const mine: Mine = new Mine({ servers: [{ port: 1 }] })

// @ts-expect-error there is no client without servers
new CallosumClient({})
// @ts-expect-error a server is an object
new CallosumClient({ servers: ['localhost:4040'] })
// @ts-expect-error there is no work
client.use({ timeout: 5 })
// @ts-expect-error no such option
client.use(() => {}, { time: 5 })
// @ts-expect-error not a signal
client.acquire({ signal: {} })

console.log(standard, host, through, use, mine)
