// Compiled only (types.test.js, npm run lint): all ways to import both as ES modules.

import Slots, { CallosumServerSlots } from 'callosum-server-slots'
import type { InvalidSlotError, Lease, AllocationError, Options, SlotError, Snapshot } from 'callosum-server-slots'
import DeepDefault, { CallosumServerSlots as Deep } from 'callosum-server-slots/index.js'
import Deeper from 'callosum-server-slots/index'
import Client, { CallosumClient } from 'callosum-server-slots/client'
import type * as client from 'callosum-server-slots/client'

const slots: Slots = new Slots({ maxSlots: 1 } as Options)
const classes: Array<typeof Slots> = [CallosumServerSlots, DeepDefault, Deep, Deeper]
const lease: Lease | undefined = slots.lease()
const leases: Array<Slots.Lease | CallosumServerSlots.Lease | Deep.Lease | Deeper.Lease | undefined> = [lease]
const json: Snapshot = slots.toJSON()
const named: [CallosumServerSlots.Options, CallosumServerSlots.Snapshot] = [{ maxSlots: 5 }, json]
const nested: CallosumServerSlots.CallosumServerSlots.CallosumServerSlots = slots
const codes = (x: InvalidSlotError, y: AllocationError): Array<SlotError['code']> => [x.code, y.code]

class MySlots extends CallosumServerSlots {}
const mine: MySlots = MySlots.from(json)
mine.on('error', error => console.log(error.code))

const pool: Client = new Client({ servers: [{ port: 1 }] } as client.Options)
const pools: Array<typeof Client> = [CallosumClient]
const kept: client.Connection[] = pool.connections
const leased: Array<client.Lease | Client.Lease | undefined> = [pool.lease()]
const signal: client.Signal = new AbortController().signal
const acquiring: client.AcquireOptions = { timeout: 5, signal }
const using: client.UseOptions = acquiring
const outliers: client.OutlierOptions = { failures: 3 }
const stats: client.Stats = pool.stats
const closing: client.CloseOptions = { timeout: 5 }
const codeOf = (error: client.FailedError): string | undefined => error.code

class MyClient extends CallosumClient<{ port: number }> {}
new MyClient({ servers: [] }).on('open', ({ server }) => console.log(server.port))

// @ts-expect-error no such export
import { Wrong } from 'callosum-server-slots'
// @ts-expect-error internal
import * as native from 'callosum-server-slots/lib/load-native.js'

console.log(classes, leases, named, nested, codes, pools, kept, leased, using, outliers, stats, closing, codeOf, Wrong, native)
