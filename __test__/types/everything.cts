// Compiled only (npm run types): uses everything, in CommonJS.

import CallosumServerSlots = require('callosum-server-slots')
import { EventEmitter } from 'events'

const slots = new CallosumServerSlots()
new CallosumServerSlots({ maxSlots: 5 })
new CallosumServerSlots.CallosumServerSlots({})
const emitter: EventEmitter = slots
emitter.emit('mine')

const slot: number | undefined = slots.get()
const emitted: boolean | undefined = slots.put(slot!)
const next: number | undefined = slots.peek()
const held: boolean = slots.has('anything')
const taken: boolean = slots.reserve(17)
slots.clear()
const numbers: number[] = [slots.size, slots.maxSlots, slots.maxSlotGiven, ...slots, ...slots.values()]

const lease: CallosumServerSlots.Lease | undefined = slots.lease()
lease?.release()
lease?.[Symbol.dispose]()
const sum: number = lease!.slot + 1

const json: CallosumServerSlots.Snapshot = slots.toJSON()
const start: number = json.inUse[0]![0]

class Mine extends CallosumServerSlots {
  name = 'mine'
  override get (): number | undefined { return super.get() }
}
const mine: Mine = Mine.from(json)
mine.name

slots.on('error', error => {
  if (error.code === 'ERR_INVALID_SLOT') console.log(error.slot, error.message)
  else {
    const code: 'ERR_NO_FREE_SLOT' = error.code
    console.log(code)
  }
}).once('mine', (a: number, b: string) => console.log(a, b))

// @ts-expect-error a slot is a number
slots.put('1')
// @ts-expect-error an argument is needed
slots.put()
// @ts-expect-error read-only
slots.size = 1
// @ts-expect-error read-only
slots.maxSlotGiven = 1
// @ts-expect-error a number
new CallosumServerSlots({ maxSlots: '5' })
// @ts-expect-error no such option
new CallosumServerSlots({ max: 5 })
// @ts-expect-error not a string
CallosumServerSlots.from('{}')
// @ts-expect-error may be undefined
slots.lease().release()

console.log(emitted, next, held, taken, numbers, sum, start)
