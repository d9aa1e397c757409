// Compiled only (types.test.js, npm run lint): all ways to import it as an ES module.

import Default, { CallosumServerSlots } from 'callosum-server-slots'
import type { InvalidSlotError, Lease, AllocationError, Options, SlotError, Snapshot } from 'callosum-server-slots'
import DeepDefault, { CallosumServerSlots as Deep } from 'callosum-server-slots/index.js'
import Deeper from 'callosum-server-slots/index'

const a: Default = new Default({ maxSlots: 1 })
const b: CallosumServerSlots = new CallosumServerSlots()
const classes: Array<typeof Default> = [CallosumServerSlots, DeepDefault, Deep, Deeper]
const lease: Default.Lease | undefined = a.lease()
const same: Lease | undefined = lease
const options: Options = { maxSlots: 5 }
const json: Snapshot = a.toJSON()
const named: [CallosumServerSlots.Options, CallosumServerSlots.Snapshot] = [options, json]
const leases: Array<CallosumServerSlots.Lease | Deep.Lease | Deeper.Lease> = []
const nested: CallosumServerSlots.CallosumServerSlots.CallosumServerSlots = a
const codes = (x: InvalidSlotError, y: AllocationError): Array<SlotError['code']> => [x.code, y.code]

class Mine extends CallosumServerSlots {}
const mine: Mine = Mine.from(json)

b.on('error', error => console.log(error.code))

// @ts-expect-error no such export
import { Slots } from 'callosum-server-slots'
// @ts-expect-error internal
import * as native from 'callosum-server-slots/lib/load-native.js'

console.log(b, classes, same, named, leases, nested, options, codes, mine, Slots, native)
