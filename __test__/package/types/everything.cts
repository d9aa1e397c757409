// Compiled only (types.test.js, npm run lint): uses everything, in CommonJS; what needs Symbol.dispose
// is in using.ts. The types are compared exactly: a wider one, or any, is an error.

import CallosumServerSlots = require('callosum-server-slots')
import { EventEmitter } from 'events'
import { inherits } from 'util'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type Expect<T extends true> = T
declare function exactly<Expected> (): <Actual>(value: Actual, ...wrong: Equal<Actual, Expected> extends true ? [] : [never]) => void

const slots = new CallosumServerSlots()
new CallosumServerSlots(undefined)
new CallosumServerSlots({ maxSlots: 5 })
new CallosumServerSlots({ maxSlots: undefined, captureRejections: true })
new CallosumServerSlots.CallosumServerSlots({})
const emitter: EventEmitter = slots
emitter.emit('mine')

const slot: number | undefined = slots.get()
const emitted: boolean | undefined = slots.put(slot!)
const next: number | undefined = slots.peek()
const held: boolean = slots.has('anything')
const taken: boolean = slots.reserve(17)
slots.clear()
const numbers: number[] = [slots.size, slots.maxSlots, slots.maxSlotGiven, slots.maxSlotInUse, ...slots, ...slots.values()]
const iterable: Iterable<number> = slots

const lease: CallosumServerSlots.Lease | undefined = slots.lease()
lease?.release()
const sum: number = lease!.slot + 1
emitter.once('close', lease!.release)

const json: CallosumServerSlots.Snapshot = slots.toJSON()
const start: number = json.inUse[0]![0]
const same: CallosumServerSlots = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)))
CallosumServerSlots.from({ maxSlots: 10, maxSlotGiven: 7, inUse: [[0, 3], [5, 7]] } as const)

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
  if (error.code === 'ERR_INVALID_SLOT') console.log(error.slot, error.message)
  else {
    const code: 'ERR_MEMORY_ALLOCATION_FAILED' = error.code
    console.log(code)
  }
}).once('mine', (a: number, b: string) => console.log(a, b))
function listener (error: CallosumServerSlots.SlotError): void { console.log(error.code) }
slots.addListener('error', listener).off('error', listener)
slots.prependListener('error', error => listener(error)).prependOnceListener('error', error => listener(error))
slots.addListener('mine', a => console.log(a)).prependListener('mine', a => console.log(a))
const invalid = (error: CallosumServerSlots.InvalidSlotError): unknown => error.slot
const reason = (error: CallosumServerSlots.InvalidSlotError): 'free' | 'not a slot' | 'out of range' => error.reason
const none = (error: CallosumServerSlots.AllocationError): string => error.stack ?? error.message
slots.on('full', () => console.log('full')).once('full', () => {}).prependListener('full', () => {})
const third: CallosumServerSlots.Lease | undefined = slots.lease(3)
const adopted: CallosumServerSlots.Lease | undefined = slots.adopt(3)
const limited = CallosumServerSlots.from(slots.toJSON(), { maxSlots: 7 })
console.log(third, adopted, limited, reason)

slots.on('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.once('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.addListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.prependListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))
slots.prependOnceListener('error', error => exactly<CallosumServerSlots.SlotError>()(error))

type Lease = CallosumServerSlots.Lease
export type Exact = [
  Expect<Equal<ConstructorParameters<typeof CallosumServerSlots>, [options?: CallosumServerSlots.Options | undefined]>>,
  Expect<Equal<Parameters<typeof CallosumServerSlots.from>, [json: CallosumServerSlots.Snapshot, options?: CallosumServerSlots.Options | undefined]>>,
  Expect<Equal<CallosumServerSlots['size' | 'maxSlots' | 'maxSlotGiven' | 'maxSlotInUse'], number>>,
  Expect<Equal<CallosumServerSlots['get'], () => number | undefined>>,
  Expect<Equal<CallosumServerSlots['put'], (slot: number) => boolean | undefined>>,
  Expect<Equal<CallosumServerSlots['peek'], () => number | undefined>>,
  Expect<Equal<CallosumServerSlots['has'], (slot: unknown) => boolean>>,
  Expect<Equal<CallosumServerSlots['reserve'], (slot: number) => boolean>>,
  Expect<Equal<CallosumServerSlots['clear'], () => void>>,
  Expect<Equal<CallosumServerSlots['values'], () => IterableIterator<number>>>,
  Expect<Equal<ReturnType<CallosumServerSlots[typeof Symbol.iterator]>, IterableIterator<number>>>,
  Expect<Equal<CallosumServerSlots['lease'], (slot?: number) => Lease | undefined>>,
  Expect<Equal<CallosumServerSlots['adopt'], (slot: number) => Lease | undefined>>,
  Expect<Equal<CallosumServerSlots['toJSON'], () => CallosumServerSlots.Snapshot>>,
  Expect<Equal<Lease['slot'], number>>,
  Expect<Equal<Lease['release'], () => void>>,
  Expect<Equal<CallosumServerSlots.Options, { maxSlots?: number | undefined, captureRejections?: boolean | undefined }>>,
  Expect<Equal<CallosumServerSlots.Snapshot['maxSlots' | 'maxSlotGiven'], number>>,
  Expect<Equal<CallosumServerSlots.Snapshot['inUse'], ReadonlyArray<readonly [start: number, end: number]>>>,
  Expect<Equal<CallosumServerSlots.InvalidSlotError['code'], 'ERR_INVALID_SLOT'>>,
  Expect<Equal<CallosumServerSlots.InvalidSlotError['slot'], unknown>>,
  Expect<Equal<CallosumServerSlots.InvalidSlotError['reason'], 'free' | 'not a slot' | 'out of range'>>,
  Expect<Equal<CallosumServerSlots.AllocationError['code'], 'ERR_MEMORY_ALLOCATION_FAILED'>>,
  Expect<Equal<CallosumServerSlots.SlotError, CallosumServerSlots.InvalidSlotError | CallosumServerSlots.AllocationError>>
]

// @ts-expect-error a slot is needed
slots.adopt()
// @ts-expect-error no such option
CallosumServerSlots.from(json, { max: 5 })
// @ts-expect-error a slot is a number
slots.put('1')
// @ts-expect-error an argument is needed
slots.put()
// @ts-expect-error there may be none
slots.put(slots.get())
// @ts-expect-error a slot is a number
slots.reserve('1')
// @ts-expect-error an argument is needed
slots.has()
// @ts-expect-error read-only
slots.size = 1
// @ts-expect-error read-only
slots.maxSlots = 1
// @ts-expect-error read-only
slots.maxSlotGiven = 1
// @ts-expect-error read-only
slots.maxSlotInUse = 1
// @ts-expect-error read-only
json.maxSlots = 1
// @ts-expect-error a number
new CallosumServerSlots({ maxSlots: '5' })
// @ts-expect-error no such option
new CallosumServerSlots({ max: 5 })
// @ts-expect-error not null
new CallosumServerSlots(null)
// @ts-expect-error a constructor
CallosumServerSlots()
// @ts-expect-error not a string
CallosumServerSlots.from('{}')
// @ts-expect-error maxSlotGiven is missing
CallosumServerSlots.from({ maxSlots: 1, inUse: [] })
// @ts-expect-error a run has two ends
CallosumServerSlots.from({ maxSlots: 1, maxSlotGiven: 1, inUse: [[0]] })
// @ts-expect-error its constructor takes no options
Strange.from(json)
// @ts-expect-error may be undefined
slots.lease().release()
// @ts-expect-error read-only
lease!.slot = 1
// @ts-expect-error not inherited
CallosumServerSlots.defaultMaxListeners
// @ts-expect-error no such code
slots.on('error', error => error.code === 'ERR_OUT_OF_RANGE')
// @ts-expect-error not each error has one
slots.once('error', error => console.log(error.slot))

console.log(emitted, next, held, taken, numbers, iterable, sum, start, same, invalid, none)
