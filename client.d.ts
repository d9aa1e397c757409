import { EventEmitter } from 'events'
import { NetConnectOpts, Socket } from 'net'
import { Duplex } from 'stream'

/**
 * Keeps connections to the Callosum servers that offer the lowest slots, and lends
 * them out. It makes one attempt after the other: while it has room it keeps the
 * lowest of a few offers; after that it exchanges the connection with the highest
 * slot for one with a lower slot.
 *
 * `Server` is what an entry of the list is, `Stream` what `connect` returns. Both
 * follow from the options.
 *
 * @example
 * const client = new CallosumClient({ servers: [{ host: '127.0.0.1', port: 4040 }] })
 * const lease = await client.acquire()
 * lease.socket.write('what your protocol has it')
 * lease.release() // when the answer is there
 */
declare class CallosumClient<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
  /**
   * A client that starts the first attempt within one `fillInterval`, at a random moment.
   *
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) if an option is of a wrong type,
   * a `RangeError` (`ERR_OUT_OF_RANGE`) if it is out of its range; the message names
   * the option
   * @example
   * const client = new CallosumClient({ servers: [{ port: 4040 }], connections: 20 })
   */
  constructor (options: CallosumClient.Options<Server, Stream>)

  /**
   * The connections that are kept, leased ones too, the lowest slot first. A new
   * array each time. O(n log n).
   *
   * @example
   * console.log(client.connections.map(({ slot }) => slot))
   */
  readonly connections: Array<CallosumClient.Connection<Server, Stream>>

  /**
   * Leases an idle connection: a random one, or with `pick: 'lowest'` the one with
   * the lowest slot. Constant time; O(n) with `'lowest'`.
   *
   * The first bytes that you read are those that came after the slot line, and while the
   * connection was idle. An `'error'` of the socket needs no listener. What you set on the
   * socket stays set for the next lessee: an encoding, a timeout, listeners. Take your
   * listeners off before the release. After an error or a timeout of your own, destroy the
   * socket before the release: a late reply would go to the next lessee.
   *
   * A leased connection is never replaced. A pool whose connections are all leased does
   * not move to idle servers.
   *
   * @returns `undefined` if none is idle, while somebody waits in `acquire()`, and
   * after `close()`
   * @example
   * const lease = client.lease()
   * if (lease === undefined) return respond(503)
   */
  lease (): CallosumClient.Lease<Server, Stream> | undefined

  /**
   * Leases a connection as soon as one is idle: first come, first served. Waits
   * without a limit unless it is given one. Constant time.
   *
   * @throws rejects with `ERR_ACQUIRE_TIMEOUT` after the timeout, with an `AbortError`
   * (`ABORT_ERR`, its `cause` the signal's reason) when aborted, with
   * `ERR_CLIENT_CLOSED` if the client is closed or becomes so, and with
   * `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` if an option is wrong
   * @example
   * const lease = await client.acquire({ timeout: 500 })
   */
  acquire (options?: CallosumClient.AcquireOptions): Promise<CallosumClient.Lease<Server, Stream>>

  /**
   * Ends all attempts and rejects pending `acquire()` calls. Closes idle connections when
   * what was written to them is sent, and leased ones when they are released, or after the
   * timeout. May be called again, as to
   * set a timeout. Without a timeout it waits as long as a lease is held.
   *
   * @returns resolves when all sockets have closed; rejects with
   * `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`, without effect, if the timeout is wrong
   * @example
   * process.once('SIGTERM', () => client.close({ timeout: 5000 }))
   */
  close (options?: CallosumClient.CloseOptions): Promise<void>

  /**
   * Listens: `'open'` comes with a connection that is kept from now on, `'close'` when
   * the socket of one has closed, for whatever reason; `'failed'` with a server that
   * refused, was silent, or sent no slot, or `undefined` if there is no list of servers.
   * Nobody has to listen. An exception of a listener becomes an uncaught one.
   *
   * Codes of the errors of `'failed'`: those of the socket, such as `ECONNREFUSED`;
   * `ERR_SLOT_TIMEOUT`, `ERR_SLOT_INVALID`, `ERR_SLOT_MISSING` (closed before its slot);
   * `ERR_SERVERS_TIMEOUT` and `ERR_INVALID_ARG_TYPE` from the functions in the options.
   *
   * @example
   * client.on('open', ({ slot, server }) => console.log(`slot ${slot} of port ${server.port}`))
   * client.on('failed', (server, error) => console.log(error.code, server))
   */
  on (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** Listens for attempts that failed. */
  on (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** Listens for an event of a subclass. */
  on (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens, the next time only. */
  once (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** Listens for an attempt that failed, the next time only. */
  once (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** Listens for an event of a subclass, the next time only. */
  once (event: string | symbol, listener: (...args: any[]) => void): this
  /** The same as `on()`. */
  addListener (event: 'open' | 'close', listener: (connection: CallosumClient.Connection<Server, Stream>) => void): this
  /** The same as `on()`. */
  addListener (event: 'failed', listener: (server: Server | undefined, error: CallosumClient.FailedError) => void): this
  /** The same as `on()`. */
  addListener (event: string | symbol, listener: (...args: any[]) => void): this
}

interface CallosumClient<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> extends EventEmitter {}

// The class with its namespace: what a named import gives.
import Itself = CallosumClient

// `Disposable` if the library or @types/node knows it; otherwise no members.
type DisposableIfKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? Record<Dispose, () => void>
  : {}

declare namespace CallosumClient {
  /** The same class, for named imports. */
  export { Itself as CallosumClient }

  /**
   * What the constructor takes. Times are whole milliseconds, 1 to 2147483647.
   *
   * @example
   * const options: CallosumClient.Options = { servers: [{ port: 4040 }], connections: 20 }
   */
  export interface Options<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
    /**
     * The servers, as options of `connect`; or a function that gives them, or a promise
     * of them, and is asked before each attempt. An array may be changed at any time.
     * It may be empty. A server that is in it twice is tried twice as often.
     */
    servers: readonly Server[] | (() => readonly Server[] | PromiseLike<readonly Server[]>)
    /** How many connections to keep: 1 to 2147483647, 10 by default. */
    connections?: number | undefined
    /**
     * From one attempt to the next while that many are kept: half of it to one and a
     * half, at random. 1000 by default.
     */
    interval?: number | undefined
    /** The same while fewer are kept. 100 by default. */
    fillInterval?: number | undefined
    /**
     * How many connections an attempt makes while fewer are kept, to different servers
     * as far as there are; the lowest slot is kept. 1 to 100, 2 by default. After the
     * first slot, the others have one more `fillInterval`, and are then closed without
     * `'failed'`.
     */
    offers?: number | undefined
    /** How long a server may take until its slot line is there: a deadline. 2000 by default. */
    timeout?: number | undefined
    /**
     * Which idle connection is leased. With `'random'`, the default, requests are as even
     * as the connections; with `'lowest'` they are not.
     */
    pick?: 'random' | 'lowest' | undefined
    /** Makes a connection: `net.connect` by default; `tls.connect`, for example. */
    connect?: ((server: Server) => Stream) | undefined
  }

  /**
   * What `acquire()` takes.
   *
   * @example
   * const options: CallosumClient.AcquireOptions = { timeout: 500, signal: controller.signal }
   */
  export interface AcquireOptions {
    /** How long to wait, in ms: 0 to 2147483647. Without it, there is no limit. */
    timeout?: number | undefined
    /** Ends the wait when it is aborted. */
    signal?: Signal | undefined
  }

  /** What `close()` takes. */
  export interface CloseOptions {
    /** After how many ms leased connections are closed, too: 0 to 2147483647. */
    timeout?: number | undefined
  }

  /** An `AbortSignal`, as far as it is needed. */
  export interface Signal {
    readonly aborted: boolean
    addEventListener (type: 'abort', listener: () => void): void
    removeEventListener (type: 'abort', listener: () => void): void
  }

  /**
   * A connection that is kept. Its socket is read by whoever leases it, or by listeners
   * that are put on it in `'open'` and stay.
   *
   * @example
   * client.on('open', ({ socket, slot }) => console.log(slot, socket.remoteAddress))
   */
  export interface Connection<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> {
    /** What `connect` returned. */
    readonly socket: Stream
    /** What the server sent: 0 to 2147483646. */
    readonly slot: number
    /** The entry of the list. */
    readonly server: Server
  }

  /**
   * A connection that nobody else leases until it is released.
   *
   * `[Symbol.dispose]` is the same function as `release`; Node.js has had that
   * symbol since 18.18, and a lease has the method where the symbol exists.
   *
   * @example
   * using lease = await client.acquire()
   */
  export interface Lease<Server extends object = NetConnectOpts, Stream extends Duplex = Socket> extends Connection<Server, Stream>, DisposableIfKnown {
    /**
     * Makes the connection idle, the first time; does nothing after that. One that is
     * ended or destroyed is closed and replaced. Needs no receiver. Constant time.
     *
     * @example
     * lease.socket.once('data', () => lease.release())
     */
    readonly release: () => void
  }

  /** What `'failed'` comes with; `code` tells why. */
  export interface FailedError extends Error {
    code?: 'ERR_SLOT_TIMEOUT' | 'ERR_SLOT_INVALID' | 'ERR_SLOT_MISSING' | 'ERR_SERVERS_TIMEOUT' | 'ERR_INVALID_ARG_TYPE' | (string & {})
  }
}

export = CallosumClient
