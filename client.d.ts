import { EventEmitter } from 'events'
import { NetConnectOpts, Socket } from 'net'
import { Duplex } from 'stream'

/**
 * Keeps a pool of connections to the Callosum servers that offer the lowest slots, and
 * lends them out. It makes one attempt after the other. While the pool has room, an attempt
 * connects to a few servers and keeps the connection with the lowest slot. After that, an
 * attempt replaces the connection with the highest slot if it finds a lower one. An attempt
 * takes O(n + m) for n listed servers and m connections.
 *
 * Connections, their sockets and the events of the client belong to the async context in
 * which this module was loaded, not to that of a request. So listeners that you add to a
 * leased socket run outside of any request's context: bind them with
 * `AsyncLocalStorage.bind()` if they need it.
 *
 * `Server` is the type of an entry of the list, `Stream` that of what `connect` returns.
 * TypeScript infers both from the options.
 *
 * @example
 * const client = new CallosumClient({ servers: [{ host: '127.0.0.1', port: 4040 }] })
 * const reply = await client.use(async ({ socket }) => {
 *   socket.write('a request of your protocol')
 *   const [reply] = await once(socket, 'data')
 *   return reply
 * }, { timeout: 500 })
 */
declare class CallosumClient<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
  /**
   * A client. It makes its first attempt at a random moment within one `fillInterval`. It
   * keeps the process running until `close()`.
   *
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) if an option is of a wrong type,
   * a `RangeError` (`ERR_OUT_OF_RANGE`) if it is out of its range; the message names
   * the option
   * @example
   * const client = new CallosumClient({ servers: [{ port: 4040 }], connections: 20 })
   */
  constructor (options: CallosumClient.Options<Server, Stream>)

  /**
   * The connections in the pool, leased ones too, the lowest slot first. A new array each
   * time. O(n log n).
   *
   * @example
   * console.log(client.connections.map(({ slot }) => slot))
   */
  readonly connections: Array<CallosumClient.Connection<Server, Stream>>

  /**
   * What the client has now. A new object each time. O(n) for n servers that have failed.
   *
   * @example
   * setInterval(() => metrics.set(client.stats), 10000)
   */
  readonly stats: CallosumClient.Stats

  /**
   * Leases an idle connection: a random one, or with `pick: 'lowest'` the one with
   * the lowest slot. Constant time; O(n) with `'lowest'` for n idle connections.
   *
   * The first bytes that you read are those that arrived after the slot line, and while the
   * connection was idle. An `'error'` of the socket needs no listener. Before the release,
   * read what the server has sent, and remove your listeners one by one: the client has
   * listeners too. A leased connection is never replaced by one with a lower slot.
   *
   * @returns the lease. `undefined` if no connection is idle, while a call of `acquire()` or
   * `use()` waits, and after `close()`.
   * @example
   * const lease = client.lease()
   * if (lease === undefined) return respond(503)
   */
  lease (): CallosumClient.Lease<Server, Stream> | undefined

  /**
   * Leases a connection as soon as one is idle: first come, first served. Without a timeout
   * or a signal it waits without a limit. Takes the time of `lease()`.
   *
   * @throws rejects with `ERR_ACQUIRE_TIMEOUT` after the timeout (if there are no connections,
   * its `cause` is the error of the last attempt), with an `AbortError`
   * (`ABORT_ERR`; its `cause` is the signal's reason) when aborted, with
   * `ERR_CLIENT_CLOSED` if the client is closed before or meanwhile, and with
   * `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` if an option is invalid
   * @example
   * const lease = await client.acquire({ timeout: 500 })
   */
  acquire (options?: CallosumClient.AcquireOptions): Promise<CallosumClient.Lease<Server, Stream>>

  /**
   * Leases a connection as `acquire()` does, calls `work` with the lease, and releases it. If
   * the work throws, the time is over, or the signal is aborted, it destroys the connection:
   * no late reply reaches the next lessee, and work that goes on harms nobody. The timeout
   * covers the wait for a connection, which takes half of it at most, and the work.
   *
   * A timeout, and an error of work whose connection broke, count against the server: see
   * `outliers`. Other errors of the work, and an abort, do not. The end of a connection does
   * not reject by itself: work that waits for `'data'` alone waits until the timeout.
   *
   * If the server replies with an error that is the request's fault, return it from the work and
   * throw it outside: that keeps the connection. If it is the server's fault, call
   * `lease.release(error)` in the work: that closes the connection, and counts.
   *
   * @param work gets a lease; may be async
   * @returns resolves to what `work` returns or resolves to
   * @throws rejects with what `work` throws or rejects with, with `ERR_USE_TIMEOUT` after the
   * timeout, with an `AbortError` (`ABORT_ERR`; its `cause` is the signal's reason) when
   * aborted, with `ERR_CLIENT_CLOSED` if the client is closed before the work begins, or has
   * closed all connections before it ends, and with `ERR_INVALID_ARG_TYPE` or
   * `ERR_OUT_OF_RANGE` if an argument is invalid
   * @example
   * const [answer] = await client.use(({ socket }) => {
   *   socket.write('question\n')
   *   return once(socket, 'data')
   * }, { timeout: 500 })
   */
  use<Result> (work: (lease: CallosumClient.Lease<Server, Stream>) => Result | PromiseLike<Result>, options?: CallosumClient.UseOptions): Promise<Result>

  /**
   * Stops all attempts and rejects calls of `acquire()` and `use()` that wait. Closes idle
   * connections after what was written to them is sent. Closes leased connections when they are
   * released, or after the timeout. Without a timeout it waits until all leases are released. It
   * may be called again, for example to set a timeout. `[Symbol.asyncDispose]()` calls it, where
   * Node.js has the symbol: since 18.18.
   *
   * @returns resolves when all sockets have closed; for a stream that emits no `'close'`,
   * 1 s after it was destroyed. Then no timer of the client is left. If the timeout is invalid,
   * it rejects with `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`, and has no effect.
   * @example
   * process.once('SIGTERM', () => client.close({ timeout: 5000 }))
   */
  close (options?: CallosumClient.CloseOptions): Promise<void>

  /**
   * Listens for an event. `'open'`: a connection has joined the pool. `'close'`: the socket
   * of such a connection has closed, for any reason. `'failed'`: an attempt failed, with the
   * server that refused, did not answer or sent no slot; the server is `undefined` if the
   * list of servers could not be read. While the pool has room, a server that hangs is not
   * reported if another server of the same attempt answers: see `offers`. `'ejected'`: a
   * server has failed several requests in a row, or one on probation; the error is the last
   * one's. `'restored'`: it has served a request on probation (see `outliers`). A server that
   * leaves the list causes neither. No event needs a listener. An exception of a listener
   * becomes an uncaught exception.
   *
   * Codes of the errors of `'failed'`: those of the socket, such as `ECONNREFUSED`;
   * `ERR_SLOT_TIMEOUT`, `ERR_SLOT_INVALID`, `ERR_SLOT_MISSING` (closed before it sent a
   * slot); `ERR_SERVERS_TIMEOUT` and `ERR_INVALID_ARG_TYPE` from functions in the options.
   *
   * @example
   * client.on('open', ({ slot, server }) => console.log(`slot ${slot} of port ${server.port}`))
   * client.on('failed', (server, error) => console.log(error.code, server))
   * client.on('ejected', (server, error) => console.log('ejected', server, error))
   */
  on (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** Listens for `'failed'`. */
  on (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** Listens for `'ejected'`. */
  on (event: 'ejected', listener: (server: Server, error: Error) => void): this
  /** Listens for `'restored'`. */
  on (event: 'restored', listener: (server: Server) => void): this
  /** Listens for an event of a subclass. */
  on (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for `'open'` or `'close'`, the next time only. */
  once (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** Listens for `'failed'`, the next time only. */
  once (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** Listens for `'ejected'`, the next time only. */
  once (event: 'ejected', listener: (server: Server, error: Error) => void): this
  /** Listens for `'restored'`, the next time only. */
  once (event: 'restored', listener: (server: Server) => void): this
  /** Listens for an event of a subclass, the next time only. */
  once (event: string | symbol, listener: (...args: any[]) => void): this
  /** The same as `on()`. */
  addListener (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** The same as `on()`. */
  addListener (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** The same as `on()`. */
  addListener (event: 'ejected', listener: (server: Server, error: Error) => void): this
  /** The same as `on()`. */
  addListener (event: 'restored', listener: (server: Server) => void): this
  /** The same as `on()`. */
  addListener (event: string | symbol, listener: (...args: any[]) => void): this
}

interface CallosumClient<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> extends EventEmitter, AsyncDisposableIfKnown {}

// The class with its namespace: what a named import gives.
import Itself = CallosumClient

// `Disposable` if the library or @types/node knows it; otherwise no members.
type DisposableIfKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? Record<Dispose, () => void>
  : {}

// The same for `AsyncDisposable`.
type AsyncDisposableIfKnown = SymbolConstructor extends { readonly asyncDispose: infer Dispose extends symbol }
  ? Record<Dispose, () => Promise<void>>
  : {}

declare namespace CallosumClient {
  /** The same class, for named imports. */
  export { Itself as CallosumClient }

  /**
   * The options of the constructor. Times are integers in milliseconds, 1 to 2147483647.
   *
   * @example
   * const options: CallosumClient.Options = { servers: [{ port: 4040 }], connections: 20 }
   */
  export interface Options<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
    /**
     * The servers, each an argument of `connect`. Either an array, which may be empty and may
     * be changed at any time, or a function that is called before each attempt and returns
     * an array or a promise of one. A server that is listed twice is tried twice as often.
     *
     * Connections to a server that is no longer listed are closed: idle ones when the list is
     * next read, leased ones when they are released. The same server is the same object, or
     * has the same host, port and path. A list that is empty or cannot be read changes
     * nothing.
     */
    servers: readonly Server[] | (() => readonly Server[] | PromiseLike<readonly Server[]>)
    /** The size of the pool, in connections: 1 to 2147483647, 10 by default. */
    connections?: number | undefined
    /**
     * The mean time from the end of an attempt to the start of the next, while the pool is full.
     * Each time is random, from half of it to one and a half. 1000 by default.
     */
    interval?: number | undefined
    /** The same while the pool has room, which gains one connection an attempt. 100 by default. */
    fillInterval?: number | undefined
    /**
     * How many connections an attempt opens while the pool has room, to different servers if
     * there are enough. It keeps the one with the lowest slot. 1 to 100, 2 by default. When
     * the first slot has arrived, the other servers have one more `fillInterval`. Their
     * connections are then closed, without `'failed'`.
     */
    offers?: number | undefined
    /**
     * The limit for each of four waits, 2000 by default:
     *
     * - until the function `servers` has returned its list
     * - from the start of a connection, with its TLS handshake, until its slot line has arrived
     * - until the last bytes of a dropped connection are sent
     * - until an idle connection is leased whose unread bytes fill the buffer of its socket
     *   (`readableHighWaterMark`), since they hide its end
     *
     * After the event loop was blocked, what has arrived meanwhile is read before a limit takes
     * effect.
     */
    timeout?: number | undefined
    /**
     * Which idle connection is leased. With `'random'`, the default, requests are spread as
     * evenly as the connections. With `'lowest'` they are not, and a lease takes O(n).
     */
    pick?: 'random' | 'lowest' | undefined
    /**
     * Opens a connection: `net.connect` by default; for example `tls.connect`. Must not be
     * async. If what it returns has `setKeepAlive()`, the client turns on TCP keep-alive,
     * after 60 s of silence.
     */
    connect?: ((server: Server) => Stream) | undefined
    /**
     * Outlier detection: which servers are left alone for a while since they fail requests.
     * `false` turns it off.
     */
    outliers?: OutlierOptions | false | undefined
  }

  /**
   * When servers that fail requests are ejected. A failure is a `release(error)`, or a `use()`
   * whose time is over or whose connection broke. An attempt to connect that fails is none.
   *
   * A server with `failures` failures in a row gets no attempts for a while, and its
   * connections are closed: idle ones at once, leased ones when they are released. After
   * that it is on probation: it has one connection at most, until a release without an
   * error. The next failure ejects it again. At least half of the listed servers are not
   * ejected.
   *
   * @example
   * const outliers: CallosumClient.OutlierOptions = { failures: 5, maxEjectionTime: 60000 }
   */
  export interface OutlierOptions {
    /** How many failures in a row eject a server: 1 to 2147483647, 3 by default. */
    failures?: number | undefined
    /**
     * How long the first ejection takes, in ms: 1 to 2147483647, 1000 by default. Each further
     * one takes twice as long. Each time is random, from three quarters of it up to it.
     */
    ejectionTime?: number | undefined
    /**
     * How long an ejection takes at most, in ms: `ejectionTime` to 2147483647. By default
     * 10000, or `ejectionTime` if that is longer.
     */
    maxEjectionTime?: number | undefined
  }

  /**
   * What a client has: numbers from 0 up.
   *
   * @example
   * const { idle, leased, waiting }: CallosumClient.Stats = client.stats
   */
  export interface Stats {
    /** Connections in the pool that can be leased. */
    readonly idle: number
    /** Connections in the pool that are leased. */
    readonly leased: number
    /** Calls of `acquire()` and `use()` that wait for a connection. */
    readonly waiting: number
    /** Connections of the attempt that is under way. */
    readonly connecting: number
    /** Servers that are ejected now. */
    readonly ejected: number
  }

  /**
   * The options of `acquire()`.
   *
   * @example
   * const options: CallosumClient.AcquireOptions = { timeout: 500, signal: controller.signal }
   */
  export interface AcquireOptions {
    /** How long to wait, in ms: 0 to 2147483647. Without a timeout there is no limit. */
    timeout?: number | undefined
    /** Ends the wait when it is aborted. A client adds one listener to it, however many calls share it. */
    signal?: Signal | undefined
  }

  /**
   * The options of `use()`.
   *
   * @example
   * const options: CallosumClient.UseOptions = { timeout: 500, signal: controller.signal }
   */
  export interface UseOptions {
    /**
     * How long the wait and the work may take together, in ms: 0 to 2147483647. The wait ends after
     * half of it. Without a timeout there is no limit.
     */
    timeout?: number | undefined
    /** Ends the wait, or the work, when it is aborted. A client adds one listener to it, however many calls share it. */
    signal?: Signal | undefined
  }

  /** The options of `close()`. */
  export interface CloseOptions {
    /** When to close leased connections too, in ms from now: 0 to 2147483647. */
    timeout?: number | undefined
  }

  /** The part of an `AbortSignal` that is needed. */
  export interface Signal {
    readonly aborted: boolean
    addEventListener (type: 'abort', listener: () => void): void
    removeEventListener (type: 'abort', listener: () => void): void
  }

  /**
   * A connection of the pool. Its socket is read by the lessee, or by listeners that were
   * added in `'open'` and stay.
   *
   * @example
   * client.on('open', ({ socket, slot }) => console.log(slot, socket.remoteAddress))
   */
  export interface Connection<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
    /** What `connect` returned. */
    readonly socket: Stream
    /**
     * The slot that the server sent: 0 to 2147483646. The slot line is one to ten decimal digits
     * and a line feed, with or without a carriage return before it.
     */
    readonly slot: number
    /** The server's entry in the list. */
    readonly server: Server
  }

  /**
   * A connection that nobody else leases until it is released.
   *
   * `[Symbol.dispose]` is the same function as `release`. A lease has it if Node.js has the
   * symbol, which it has had since 18.18.
   *
   * @example
   * using lease = await client.acquire()
   */
  export interface Lease<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> extends Connection<Server, Stream>, DisposableIfKnown {
    /**
     * Makes the connection idle, the first time; does nothing after that. If its socket was
     * ended or destroyed, the connection is closed and replaced. With an error the connection
     * is destroyed, so that no late reply reaches the next lessee, and it counts against the
     * server: see `outliers`. Any other value is ignored, so that `release` can be a listener.
     * It can be called without a receiver, and never throws. Constant time; O(n) for n idle
     * connections if it closes the connection, or if calls wait and `pick` is `'lowest'`.
     *
     * @param error an `Error` if the server has failed the request
     * @example
     * lease.socket.once('data', () => lease.release())
     * setTimeout(() => lease.release(new Error('no reply')), 500)
     */
    readonly release: (error?: unknown) => void
  }

  /** The error of `'failed'`; `code` tells the reason. */
  export interface FailedError extends Error {
    code?: 'ERR_SLOT_TIMEOUT' | 'ERR_SLOT_INVALID' | 'ERR_SLOT_MISSING' | 'ERR_SERVERS_TIMEOUT' | 'ERR_INVALID_ARG_TYPE' | (string & {})
  }
}

export = CallosumClient
