/// <reference types="node" />

import { EventEmitter } from 'events'

/**
 * Hands out the lowest free slot number, for a Callosum server.
 *
 * A slot is an integer from 0 to 2147483646. What goes wrong is emitted as
 * `'error'`, which throws where nobody listens.
 *
 * @example
 * const slots = new CallosumServerSlots()
 * slots.on('error', console.log)
 * const slot = slots.get() // 0
 * slots.put(slot)
 */
declare class CallosumServerSlots {
  /** The same class, for named imports. */
  static CallosumServerSlots: typeof CallosumServerSlots

  /**
   * A manager in the state that `toJSON()` described.
   *
   * Throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) where a part is missing or of
   * a wrong type, a `RangeError` (`ERR_OUT_OF_RANGE`) where a number is out of
   * its range. Takes time in proportion to the slots in use.
   *
   * @example
   * const copy = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)))
   */
  static from<T extends CallosumServerSlots> (
    this: new (options?: CallosumServerSlots.Options) => T,
    json: CallosumServerSlots.Snapshot
  ): T

  /**
   * A manager with all slots free.
   *
   * Throws a `TypeError` (`ERR_INVALID_ARG_TYPE`) or a `RangeError`
   * (`ERR_OUT_OF_RANGE`) for options that are none.
   *
   * @example
   * const slots = new CallosumServerSlots({ maxSlots: 1000 })
   */
  constructor (options?: CallosumServerSlots.Options)

  /** How many slots are in use. Constant time. */
  readonly size: number

  /** How many slots there are, in use or free: 1 to 2147483647. */
  readonly maxSlots: number

  /** How many different slots have been given so far: one more than the highest. */
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
   * Anything else changes nothing, and emits `'error'` with the code
   * `ERR_INVALID_SLOT` and the value as `slot`.
   *
   * @returns `undefined`; after an error what `emit` returned, which is true
   * @example
   * socket.once('close', () => slots.put(slot))
   */
  put (slot: number): boolean | undefined

  /**
   * What `get()` would return; `undefined` where no slot is free. Emits nothing.
   * Constant time.
   *
   * @example
   * if (slots.peek() > 1000) console.log('busy')
   */
  peek (): number | undefined

  /**
   * Whether the slot is in use; false for anything that is no slot. Constant time.
   *
   * @example
   * slots.has(17) // false
   */
  has (slot: unknown): boolean

  /**
   * Takes that very slot, as for a connection taken over after a restart.
   *
   * @returns false where it is in use already. False too after `'error'`:
   * `ERR_INVALID_SLOT` for what is no slot or not below `maxSlots`,
   * `ERR_NO_FREE_SLOT` for want of memory.
   * @example
   * for (const slot of slotsBeforeTheRestart) slots.reserve(slot)
   */
  reserve (slot: number): boolean

  /**
   * Frees all slots, as if none had ever been given. Constant time.
   *
   * @example
   * slots.clear()
   * slots.size // 0
   */
  clear (): void

  /**
   * Iterates over the slots that are in use at the time of the call, ascending.
   * What changes later does not show.
   *
   * @example
   * for (const slot of slots.values()) console.log(slot)
   */
  values (): IterableIterator<number>

  /** The same as `values()`. */
  [Symbol.iterator] (): IterableIterator<number>

  /**
   * Takes the lowest free slot, to be put back by `release()`, once.
   *
   * @returns `undefined` where no slot is free, after the same `'error'` as from
   * `get()`
   * @example
   * const lease = slots.lease()
   * if (lease !== undefined) socket.once('close', lease.release)
   */
  lease (): CallosumServerSlots.Lease | undefined

  /**
   * The state as plain data, for `CallosumServerSlots.from()`. Takes time in
   * proportion to the highest slot.
   *
   * @example
   * fs.writeFileSync('slots.json', JSON.stringify(slots))
   */
  toJSON (): CallosumServerSlots.Snapshot

  on (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  on (event: string | symbol, listener: (...args: any[]) => void): this
  once (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  once (event: string | symbol, listener: (...args: any[]) => void): this
  addListener (event: 'error', listener: (error: CallosumServerSlots.SlotError) => void): this
  addListener (event: string | symbol, listener: (...args: any[]) => void): this
}

// Not "class … extends": 0.1.0 inherited the methods of EventEmitter, and not its
// static members, and so it is today.
interface CallosumServerSlots extends EventEmitter, Iterable<number> {}

type Instance = CallosumServerSlots

declare namespace CallosumServerSlots {
  /** The same class, for named imports. */
  type CallosumServerSlots = Instance

  interface Options {
    /** How many slots there are, 1 to 2147483647 (the default). */
    maxSlots?: number
  }

  /** A slot that is put back once, however often it is released. */
  interface Lease extends Disposable {
    readonly slot: number
    /** Puts the slot back; does nothing the second time, or after `clear()`. */
    readonly release: () => void
  }

  /** What `toJSON()` gives and `from()` takes. */
  interface Snapshot {
    maxSlots: number
    maxSlotGiven: number
    /** The slots in use, as runs `[start, end)`, ascending. */
    inUse: Array<[start: number, end: number]>
  }

  /** What was put or reserved is no slot, or not one in use. */
  interface InvalidSlotError extends Error {
    code: 'ERR_INVALID_SLOT'
    /** The value. */
    slot: unknown
  }

  /** All slots are in use, or memory for the bookkeeping was refused. */
  interface NoFreeSlotError extends Error {
    code: 'ERR_NO_FREE_SLOT'
  }

  type SlotError = InvalidSlotError | NoFreeSlotError
}

export = CallosumServerSlots
