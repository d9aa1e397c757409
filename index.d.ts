/// <reference types="node" />

import { EventEmitter } from 'events'

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * A slot is an integer from 0 to 2147483646. `'error'` is emitted, synchronously, for
 * an invalid slot and for a failed allocation; without a listener the call throws the error.
 * `'full'` is emitted when `get()` or `lease()` finds no free slot; nobody has to listen.
 *
 * No method calls another that a subclass may override, but for `emit()`: `lease()` does not
 * call `get()`, nor `release()` `put()`.
 *
 * @example
 * const slots = new CallosumServerSlots()
 * slots.on('error', error => console.log(error.code))
 * const slot = slots.get() // 0
 * if (slot !== undefined) slots.put(slot)
 */
declare class CallosumServerSlots {
  /**
   * A new manager in the state that `toJSON()` described, of the class that it is called
   * on. None of its slots is leased: see `adopt()`. A lower limit lowers `maxSlotGiven` to
   * it. Takes time in proportion to the highest slot in use, or to the number of runs
   * of consecutive slots if the slots are sparse.
   *
   * @param json the data itself, not a string; it is copied
   * @param options those of the constructor; `maxSlots`: another limit than `json.maxSlots`
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) if a part is missing or of a wrong
   * type, or if the constructor of a subclass does not pass `maxSlots` on. A `RangeError`
   * (`ERR_OUT_OF_RANGE`) if a number is out of its range or a slot in use is not below the
   * limit. The message names the part, as in `json.inUse[1]`. An `Error`
   * (`ERR_MEMORY_ALLOCATION_FAILED`) if an allocation fails.
   * @example
   * const copy = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)))
   */
  static from<T extends CallosumServerSlots> (
    this: new (options?: CallosumServerSlots.Options) => T,
    json: CallosumServerSlots.Snapshot,
    options?: CallosumServerSlots.Options
  ): T

  /**
   * A manager with all slots free. Its memory grows with the most slots that were in use at
   * once, not with `maxSlots`: 1 to 2 KB at first, 0.14 bytes for each at a million. It is
   * freed after the manager was garbage-collected and the program has returned to the event
   * loop.
   *
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) if the options are not an object or
   * `maxSlots` is not a number, a `RangeError` (`ERR_OUT_OF_RANGE`) if it is not an
   * integer from 1 to 2147483647
   * @example
   * const slots = new CallosumServerSlots({ maxSlots: 1000 })
   */
  constructor (options?: CallosumServerSlots.Options)

  /**
   * How many slots are in use: 0 to `maxSlots`. Constant time.
   *
   * @example
   * console.log(`${slots.size} connections`)
   */
  readonly size: number

  /**
   * How many slots there are, in use or free: 1 to 2147483647. Constant time.
   *
   * @example
   * if (slots.size === slots.maxSlots) console.log('full')
   */
  readonly maxSlots: number

  /**
   * One more than the highest slot that was ever taken; 0 if none was. `put()` does not lower
   * it, `clear()` sets it to 0. Constant time.
   *
   * @example
   * slots.reserve(5)
   * slots.maxSlotGiven // 6
   */
  readonly maxSlotGiven: number

  /**
   * One more than the highest slot in use; 0 if none is. Unlike `maxSlotGiven` it falls, so an
   * array beside the slots can be cut to it. It is computed when it is read: a step for each 32
   * free slots from `maxSlotGiven` down to it, at most 31,250 steps (about 20 µs) at a million;
   * with slots reserved far above the others, a step for each run of these.
   *
   * @example
   * connections.length = slots.maxSlotInUse
   */
  readonly maxSlotInUse: number

  /**
   * Takes the lowest free slot. Constant time, amortised: when all slots that the bitmap
   * covers are in use, the bitmap doubles, which takes time in proportion to its size.
   *
   * @returns the slot. `undefined` after `'full'`, when all slots are in use, and after
   * `'error'` (`ERR_MEMORY_ALLOCATION_FAILED`). Without `maxSlots` it is `undefined` only
   * with two billion slots in use or without memory, so `slots.get()!` is usually right.
   * @example
   * const slot = slots.get() // 0, then 1, 2 …
   */
  get (): number | undefined

  /**
   * Frees a slot that is in use, and ends its lease if it has one. Constant time. For a slot
   * that was reserved far above the others the time is logarithmic in the number of runs of such
   * slots.
   *
   * For any other value, and for a free slot, it changes nothing and emits `'error'` with
   * the code `ERR_INVALID_SLOT`, the value as `slot`, and the `reason`.
   *
   * Do not test the result for success: as in 0.1.0, it is true after an error.
   *
   * @returns `undefined` on success; true after an error that was heard
   * @example
   * socket.once('close', () => slots.put(slot))
   */
  put (slot: number): boolean | undefined

  /**
   * What `get()` would return now. Takes no slot and emits nothing. Constant time,
   * amortised.
   *
   * @returns the slot; `undefined` if none is free
   * @example
   * if (slots.peek() === undefined) console.log('full')
   */
  peek (): number | undefined

  /**
   * Whether the slot is in use. Constant time, or logarithmic as in `put()`.
   *
   * @param slot any value; if it is not a valid slot, the result is false, without an error
   * @example
   * slots.has(17) // false
   */
  has (slot: unknown): boolean

  /**
   * Takes the given slot, as for a connection taken over after a restart.
   *
   * `maxSlotGiven` becomes at least `slot + 1`. A slot far above the others is kept in an ordered
   * set of runs, so memory does not grow with the highest slot: that takes logarithmic time, as in
   * `put()`. Any other slot takes time in proportion to the slots that it skips, between those
   * taken so far (but for slots far above the others) and `slot`. If it skips none, it takes
   * constant time, amortised as in `get()`.
   *
   * @param slot 0 to `maxSlots - 1`
   * @returns false if it is in use already. False too after `'error'`:
   * `ERR_INVALID_SLOT` if it is not a valid slot or not below `maxSlots`,
   * `ERR_MEMORY_ALLOCATION_FAILED`.
   * @example
   * for (const slot of slotsBeforeTheRestart) slots.reserve(slot)
   */
  reserve (slot: number): boolean

  /**
   * Frees all slots, as if none had ever been taken. A later `put()` of an old slot is an
   * error. A later `release()` of an old lease does nothing. Constant time, plus time in
   * proportion to the number of runs of slots reserved far above the others.
   *
   * @example
   * slots.clear()
   * slots.size // 0
   */
  clear (): void

  /**
   * Iterates over the slots that are in use at the time of the call, ascending. Later changes
   * do not show. The call copies the bitmap, 4.25 bytes for each 32 slots of its capacity: about
   * 10 µs at a million. A step takes constant time, amortised.
   *
   * @example
   * for (const slot of slots.values()) console.log(slot)
   */
  values (): IterableIterator<number>

  /**
   * The same as `values()`.
   *
   * @example
   * const inUse = [...slots] // [0, 1, 4]
   */
  [Symbol.iterator] (): IterableIterator<number>

  /**
   * Takes the lowest free slot, or the given one. `release()` puts it back, at most once. Takes the
   * time of `get()` or `reserve()`. The first lease of a slot makes a table grow, to 8 bytes for
   * each slot up to the highest one leased.
   *
   * @param slot the slot to lease; without it, the lowest free one
   * @returns the lease. `undefined` if no slot is free, after the same event as from
   * `get()`. `undefined` if the given slot is in use, and after the same `'error'` as from
   * `reserve()`. `undefined` too after `'error'` (`ERR_MEMORY_ALLOCATION_FAILED`) if the table
   * of leases cannot grow; the slot is free then.
   * @example
   * const lease = slots.lease()
   * if (lease !== undefined) socket.once('close', lease.release)
   */
  lease (slot?: number): CallosumServerSlots.Lease | undefined

  /**
   * Leases a slot that is in use and has no lease, as after `from()`. Takes the time of
   * `has()`.
   *
   * @param slot 0 to `maxSlots - 1`
   * @returns the lease. `undefined` if the slot is free or leased already. `undefined` too
   * after `'error'` with the code `ERR_INVALID_SLOT`, if it is not a valid slot or not below
   * `maxSlots`, and with `ERR_MEMORY_ALLOCATION_FAILED`.
   * @example
   * const slots = CallosumServerSlots.from(JSON.parse(saved))
   * for (const player of players) player.lease = slots.adopt(player.slot)
   * for (const slot of slots) slots.adopt(slot)?.release() // frees what nobody has adopted
   */
  adopt (slot: number): CallosumServerSlots.Lease | undefined

  /**
   * The state as plain data, for `CallosumServerSlots.from()`; `JSON.stringify` calls it.
   * Leases are not part of it. Takes time in proportion to the capacity of the bitmap and
   * to the number of runs.
   *
   * @example
   * fs.writeFileSync('slots.json', JSON.stringify(slots))
   */
  toJSON (): CallosumServerSlots.Snapshot

  /** Listens for an invalid slot, or a failed allocation. The listener may call any method. */
  on (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for a `get()` or `lease()` while all slots are in use. The listener may call any method. */
  on (event: 'full', listener: () => void): this
  /** Listens for an event of a subclass. */
  on (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for an invalid slot, or a failed allocation, the next time only. */
  once (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for a `get()` or `lease()` while all slots are in use, the next time only. */
  once (event: 'full', listener: () => void): this
  /** Listens for an event of a subclass, the next time only. */
  once (event: string | symbol, listener: (...args: any[]) => void): this
  /** The same as `on()`: listens for an invalid slot, or a failed allocation. */
  addListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** The same as `on()`: listens for a `get()` or `lease()` while all slots are in use. */
  addListener (event: 'full', listener: () => void): this
  /** The same as `on()`: listens for an event of a subclass. */
  addListener (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for an invalid slot, or a failed allocation, before the other listeners. */
  prependListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for a `get()` or `lease()` while all slots are in use, before the other listeners. */
  prependListener (event: 'full', listener: () => void): this
  /** Listens for an event of a subclass, before the other listeners. */
  prependListener (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for an invalid slot, or a failed allocation, the next time only, before the other listeners. */
  prependOnceListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for a `get()` or `lease()` while all slots are in use, the next time only, before the other listeners. */
  prependOnceListener (event: 'full', listener: () => void): this
  /** Listens for an event of a subclass, the next time only, before the other listeners. */
  prependOnceListener (event: string | symbol, listener: (...args: any[]) => void): this
}

// Not `class … extends EventEmitter`: as in 0.1.0, the class inherits the methods of
// EventEmitter, but not its static members.
interface CallosumServerSlots extends EventEmitter, Iterable<number> {}

// The class with its namespace: what a named import gives.
import Itself = CallosumServerSlots

// `Disposable` if the library or @types/node knows it; otherwise no members.
type DisposableIfKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? Record<Dispose, () => void>
  : {}

declare namespace CallosumServerSlots {
  /** The same class, for named imports. */
  export { Itself as CallosumServerSlots }

  /**
   * The options of the constructor.
   *
   * @example
   * const options: CallosumServerSlots.Options = { maxSlots: 1000 }
   */
  export interface Options {
    /** How many slots there are: an integer from 1 to 2147483647, the default. */
    maxSlots?: number | undefined
    /** The option of `EventEmitter`: whether a listener whose promise rejects is an `'error'`. */
    captureRejections?: boolean | undefined
  }

  /**
   * A slot that is put back at most once, however often it is released.
   *
   * `[Symbol.dispose]` is the same function as `release`.
   *
   * @example
   * using lease = slots.lease()
   * console.log(lease?.slot)
   */
  export interface Lease extends DisposableIfKnown {
    /**
     * The slot: 0 to `maxSlots - 1`. Still readable after the release, but the slot may
     * belong to someone else by then.
     */
    readonly slot: number
    /**
     * Puts the slot back. Does nothing the next time, and after a `put()` of the slot or
     * `clear()`, which end the lease. It can be called without a receiver. Constant time.
     *
     * @example
     * socket.once('close', lease.release)
     */
    readonly release: () => void
  }

  /**
   * What `toJSON()` returns and `from()` takes.
   *
   * @example
   * const json: CallosumServerSlots.Snapshot = { maxSlots: 100, maxSlotGiven: 7, inUse: [[0, 3], [5, 7]] }
   */
  export interface Snapshot {
    /** How many slots there are: 1 to 2147483647. */
    readonly maxSlots: number
    /**
     * One more than the highest slot ever taken: at least the end of the last run,
     * at most `maxSlots`.
     */
    readonly maxSlotGiven: number
    /**
     * The slots in use, as runs `[start, end)`, ascending: `[5, 7]` is 5 and 6.
     * `from()` accepts adjacent runs, `toJSON()` joins them.
     */
    readonly inUse: ReadonlyArray<readonly [start: number, end: number]>
  }

  /**
   * The value is not a slot in use (`put()`), or not a slot below `maxSlots`
   * (`reserve()`, `lease()`, `adopt()`).
   *
   * @example
   * slots.put(17) // 'error': { message: 'Invalid slot: 17', code: 'ERR_INVALID_SLOT', slot: 17, reason: 'free' }
   */
  export interface InvalidSlotError extends Error {
    code: 'ERR_INVALID_SLOT'
    /** The value that was passed. */
    slot: unknown
    /**
     * `'free'`: a slot below `maxSlots` that is not in use. `'out of range'`: a slot that
     * is not below `maxSlots`. `'not a slot'`: not an integer from 0 to 2147483646.
     */
    reason: 'free' | 'not a slot' | 'out of range'
  }

  /**
   * There are free slots, but the bitmap or the table of leases has to grow and the allocation
   * failed. Nothing is lost: `get()` works again after a `put()`, or when memory is available.
   *
   * @example
   * slots.get() // 'error': { code: 'ERR_MEMORY_ALLOCATION_FAILED' }
   */
  export interface AllocationError extends Error {
    code: 'ERR_MEMORY_ALLOCATION_FAILED'
  }

  /** The argument of `'error'`; `code` tells which error it is. */
  export type SlotError = InvalidSlotError | AllocationError
}

export = CallosumServerSlots
