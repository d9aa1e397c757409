// Compiled only (types.test.js, npm run lint): uses everything, in CommonJS; what needs Symbol.dispose
// is in using.ts. The types are compared exactly: a wider one, or any, is an error.

import CallosumServerSlots = require('callosum-server-slots')
import { EventEmitter } from 'events'
import { inherits } from 'util'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type Expect<T extends true> = T
declare function exactly<Expected> (): <Actual>(value: Actual, ...wrong: Equal<Actual, Expected> extends true ? [] : [never]) => void

type Lease = CallosumServerSlots.Lease
type Snapshot = CallosumServerSlots.Snapshot
type Options = CallosumServerSlots.Options
type Reason = 'free' | 'not a slot' | 'out of range'

/** The class but for what it has of EventEmitter. */
type Members = {
  readonly size: number
  readonly maxSlots: number
  readonly maxSlotGiven: number
  readonly maxSlotInUse: number
  get: () => number | undefined
  put: (slot: number) => boolean | undefined
  peek: () => number | undefined
  has: (slot: unknown) => boolean
  reserve: (slot: number) => boolean
  clear: () => void
  values: () => IterableIterator<number>
  [Symbol.iterator]: () => IterableIterator<number>
  lease: (slot?: number) => Lease | undefined
  adopt: (slot: number) => Lease | undefined
  toJSON: () => Snapshot
}
type Runs = ReadonlyArray<readonly [start: number, end: number]>

export type Exact = [
  Expect<Equal<Omit<CallosumServerSlots, keyof EventEmitter>, Members>>,
  Expect<Equal<ConstructorParameters<typeof CallosumServerSlots>, [options?: Options | undefined]>>,
  Expect<Equal<Parameters<typeof CallosumServerSlots.from>, [json: Snapshot, options?: Options | undefined]>>,
  Expect<Equal<Options, { maxSlots?: number | undefined, captureRejections?: boolean | undefined }>>,
  Expect<Equal<Pick<Lease, 'slot' | 'release'>, { readonly slot: number, readonly release: () => void }>>,
  Expect<Equal<Snapshot, { readonly maxSlots: number, readonly maxSlotGiven: number, readonly inUse: Runs }>>,
  Expect<Equal<Omit<CallosumServerSlots.InvalidSlotError, keyof Error>, { code: 'ERR_INVALID_SLOT', slot: unknown, reason: Reason }>>,
  Expect<Equal<Omit<CallosumServerSlots.AllocationError, keyof Error>, { code: 'ERR_MEMORY_ALLOCATION_FAILED' }>>,
  Expect<Equal<CallosumServerSlots.SlotError, CallosumServerSlots.InvalidSlotError | CallosumServerSlots.AllocationError>>
]

const slots = new CallosumServerSlots()
new CallosumServerSlots({ maxSlots: undefined, captureRejections: true })
new CallosumServerSlots.CallosumServerSlots({})
const emitter: EventEmitter = slots
emitter.emit('mine')
emitter.once('close', slots.lease()!.release)
const iterable: Iterable<number> = slots
const numbers: number[] = [...slots, ...slots.values()]

const json = slots.toJSON()
const same: CallosumServerSlots = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)))
CallosumServerSlots.from({ maxSlots: 10, maxSlotGiven: 7, inUse: [[0, 3], [5, 7]] } as const, { maxSlots: 7 })

class Mine extends CallosumServerSlots {
  name = 'mine'
  constructor (options?: CallosumServerSlots.Options) {
    super(options)
    super.once('error', error => console.log(error.code))
  }

  override get (): number | undefined { return super.get() }
  override put (slot: number): boolean | undefined { return super.put(slot) && super.emit('mine') }
}
const mine: Mine = Mine.from(json)
mine.name

class Strange extends CallosumServerSlots {
  constructor (name: string) {
    super()
    this.emit(name)
  }
}

function Old (this: CallosumServerSlots): void {
  CallosumServerSlots.call(this)
}
inherits(Old, CallosumServerSlots)

slots.on('error', error => {
  exactly<CallosumServerSlots.SlotError>()(error)
  if (error.code === 'ERR_INVALID_SLOT') console.log(error.slot, error.message)
  else exactly<CallosumServerSlots.AllocationError>()(error)
}).once('mine', (a: number, b: string) => console.log(a, b))
slots.once('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.addListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.prependListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.prependOnceListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))
function listener (error: CallosumServerSlots.SlotError): void { console.log(error.code) }
slots.addListener('error', listener).off('error', listener)
slots.addListener('mine', a => console.log(a)).prependListener('mine', a => console.log(a))
slots.on('full', () => console.log('full')).once('full', () => {}).prependListener('full', () => {})

// @ts-expect-error not null
new CallosumServerSlots(null)
// @ts-expect-error a constructor
CallosumServerSlots()
// @ts-expect-error a run has two ends
CallosumServerSlots.from({ maxSlots: 1, maxSlotGiven: 1, inUse: [[0]] })
// @ts-expect-error its constructor takes no options
Strange.from(json)
// @ts-expect-error not inherited
CallosumServerSlots.defaultMaxListeners

console.log(iterable, numbers, same)
