/// <reference types="node" />

import { EventEmitter } from 'events'

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * A slot is an integer from 0 to 2147483646. What goes wrong is emitted as
 * `'error'`, synchronously, which throws where nobody listens.
 *
 * @example
 * const slots = new CallosumServerSlots()
 * slots.on('error', error => console.log(error.code))
 * const slot = slots.get() // 0
 * if (slot !== undefined) slots.put(slot)
 */
declare class CallosumServerSlots {
  /**
   * A new manager in the state that `toJSON()` described; of the subclass it is
   * called on. Takes time in proportion to the slots in use.
   *
   * @param json the data itself, not a string; nothing of it is kept
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) where a part is missing or of
   * a wrong type, a `RangeError` (`ERR_OUT_OF_RANGE`) where a number is out of its
   * range; the message names the part, as in `json.inUse[1]`
   * @example
   * const copy = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)))
   */
  static from<T extends CallosumServerSlots> (
    this: new (options?: CallosumServerSlots.Options) => T,
    json: CallosumServerSlots.Snapshot
  ): T

  /**
   * A manager with all slots free. Memory grows with the slots that are given,
   * not with `maxSlots`.
   *
   * @throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) where the options are no object
   * or `maxSlots` is no number, a `RangeError` (`ERR_OUT_OF_RANGE`) where it is no
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
   * How many slots there are, in use or free: 1 to 2147483647.
   *
   * @example
   * if (slots.size === slots.maxSlots) server.close()
   */
  readonly maxSlots: number

  /**
   * How many different slots have been given so far: one more than the highest,
   * 0 at first. `put()` does not lower it, `clear()` does.
   *
   * @example
   * console.log(`at most ${slots.maxSlotGiven} connections at a time`)
   */
  readonly maxSlotGiven: number

  /**
   * Takes the lowest free slot. Constant time.
   *
   * @returns the slot; `undefined` where none is free, after `'error'` with the
   * code `ERR_NO_FREE_SLOT`. Without `maxSlots` that takes two billion slots in
   * use, or memory refused: `slots.get()!` is then a fair thing to write.
   * @example
   * const slot = slots.get() // 0, then 1, 2 …
   */
  get (): number | undefined

  /**
   * Frees a slot that is in use. Constant time.
   *
   * Anything else, a slot that is free already too, changes nothing and emits
   * `'error'` with the code `ERR_INVALID_SLOT` and the value as `slot`.
   *
   * @returns `undefined`; after an error what `emit` returned, which is true
   * @example
   * socket.once('close', () => slots.put(slot))
   */
  put (slot: number): boolean | undefined

  /**
   * What `get()` would return now. Takes nothing, emits nothing. Constant time.
   *
   * @returns the slot; `undefined` where none is free
   * @example
   * if (slots.peek() === undefined) console.log('full')
   */
  peek (): number | undefined

  /**
   * Whether the slot is in use. Constant time.
   *
   * @param slot any value: false for what is no slot, and no error
   * @example
   * slots.has(17) // false
   */
  has (slot: unknown): boolean

  /**
   * Takes that very slot, as for a connection taken over after a restart.
   *
   * Cheap however high the slot is: 4 bytes for one far above all others, kept on
   * a sorted list. `maxSlotGiven` becomes at least `slot + 1`.
   *
   * @param slot 0 to `maxSlots - 1`
   * @returns false where it is in use already. False too after `'error'`:
   * `ERR_INVALID_SLOT` for what is no slot or not below `maxSlots`,
   * `ERR_NO_FREE_SLOT` for want of memory.
   * @example
   * for (const slot of slotsBeforeTheRestart) slots.reserve(slot)
   */
  reserve (slot: number): boolean

  /**
   * Frees all slots, as if none had ever been given: to put one of before is an
   * error, to release a lease of before does nothing. Constant time.
   *
   * @example
   * slots.clear()
   * slots.size // 0
   */
  clear (): void

  /**
   * Iterates over the slots that are in use at the time of the call, ascending.
   * What changes later does not show. Takes time in proportion to the highest slot.
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
   * Takes the lowest free slot, to be put back by `release()`, once. Constant time.
   *
   * @returns `undefined` where no slot is free, after the same `'error'` as from
   * `get()`
   * @example
   * const lease = slots.lease()
   * if (lease !== undefined) socket.once('close', lease.release)
   */
  lease (): CallosumServerSlots.Lease | undefined

  /**
   * The state as plain data, for `CallosumServerSlots.from()`; `JSON.stringify`
   * calls it. Takes time in proportion to the highest slot.
   *
   * @example
   * fs.writeFileSync('slots.json', JSON.stringify(slots))
   */
  toJSON (): CallosumServerSlots.Snapshot

  /**
   * Listens for what goes wrong. The listener may call any method.
   *
   * @example
   * slots.on('error', error => {
   *   if (error.code === 'ERR_INVALID_SLOT') console.log(error.slot)
   * })
   */
  on (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for an event of a subclass. */
  on (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for what goes wrong, the next time only. */
  once (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for an event of a subclass, the next time only. */
  once (event: string | symbol, listener: (...args: any[]) => void): this
  /** The same as `on()`. */
  addListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** The same as `on()`. */
  addListener (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for what goes wrong, before the listeners there are. */
  prependListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for an event of a subclass, before the listeners there are. */
  prependListener (event: string | symbol, listener: (...args: any[]) => void): this
  /** Listens for what goes wrong, the next time only, before the listeners there are. */
  prependOnceListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  /** Listens for an event of a subclass, the next time only, before the listeners there are. */
  prependOnceListener (event: string | symbol, listener: (...args: any[]) => void): this
}

// Not "class … extends": 0.1.0 inherited the methods of EventEmitter, and not its
// static members, and so it is today.
interface CallosumServerSlots extends EventEmitter, Iterable<number> {}

// The class with its namespace: what a named import gives.
import Itself = CallosumServerSlots

// `Disposable` where the library or @types/node knows it; otherwise no members.
type DisposableIfKnown = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? Record<Dispose, () => void>
  : {}

declare namespace CallosumServerSlots {
  /** The same class, for named imports. */
  export { Itself as CallosumServerSlots }

  /**
   * What the constructor takes.
   *
   * @example
   * const options: CallosumServerSlots.Options = { maxSlots: 1000 }
   */
  export interface Options {
    /** How many slots there are: an integer from 1 to 2147483647, the default. */
    maxSlots?: number | undefined
  }

  /**
   * A slot that is put back once, however often it is released.
   *
   * `[Symbol.dispose]` is the same function as `release`; Node.js has had that
   * symbol since 18.18, and a lease has the method where the symbol exists.
   *
   * @example
   * using lease = slots.lease()
   * console.log(lease?.slot)
   */
  export interface Lease extends DisposableIfKnown {
    /** The slot: 0 to `maxSlots - 1`. Stays after the release, when it is others'. */
    readonly slot: number
    /**
     * Puts the slot back the first time, unless `clear()` was called since; does
     * nothing after that. Needs no receiver. Constant time.
     *
     * @example
     * socket.once('close', lease.release)
     */
    readonly release: () => void
  }

  /**
   * What `toJSON()` gives and `from()` takes.
   *
   * @example
   * const json: CallosumServerSlots.Snapshot = { maxSlots: 100, maxSlotGiven: 7, inUse: [[0, 3], [5, 7]] }
   */
  export interface Snapshot {
    /** How many slots there are: 1 to 2147483647. */
    readonly maxSlots: number
    /** From the last run's end to `maxSlots`. */
    readonly maxSlotGiven: number
    /**
     * The slots in use, as runs `[start, end)`, ascending: `[5, 7]` is 5 and 6.
     * `from()` takes runs that touch, `toJSON()` gives none.
     */
    readonly inUse: ReadonlyArray<readonly [start: number, end: number]>
  }

  /**
   * What was put is no slot in use, or what was to be reserved is no slot.
   *
   * @example
   * slots.put(17) // 'error': { message: 'Invalid slot: 17', code: 'ERR_INVALID_SLOT', slot: 17 }
   */
  export interface InvalidSlotError extends Error {
    code: 'ERR_INVALID_SLOT'
    /** The value, whatever it was. */
    slot: unknown
  }

  /**
   * All slots are in use, or memory for the bookkeeping was refused. Nothing is
   * lost: `get()` works again after a `put()`.
   *
   * @example
   * slots.get() // 'error': { message: 'No free slot: all are in use', code: 'ERR_NO_FREE_SLOT' }
   */
  export interface NoFreeSlotError extends Error {
    code: 'ERR_NO_FREE_SLOT'
  }

  /** What `'error'` comes with; `code` tells which. */
  export type SlotError = InvalidSlotError | NoFreeSlotError
}

export = CallosumServerSlots
