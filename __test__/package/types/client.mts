// Compiled only (types.test.js, npm run lint): all ways to import the client as an ES module.

import Default, { CallosumClient } from 'callosum-server-slots/client'
import type { AcquireOptions, CloseOptions, Connection, FailedError, Lease, Options, OutlierOptions, Signal, Stats, UseOptions } from 'callosum-server-slots/client'

const a: Default = new Default({ servers: [{ port: 1 }] } as Options)
const b: CallosumClient = new CallosumClient({ servers: [{ port: 1 }] } as CallosumClient.Options)
const classes: Array<typeof Default> = [CallosumClient]
const lease: Default.Lease | undefined = a.lease()
const same: Lease | undefined = lease
const kept: Connection[] = b.connections
const signal: Signal = new AbortController().signal
const acquiring: AcquireOptions = { timeout: 5, signal }
const using: UseOptions = acquiring
const outliers: OutlierOptions = { failures: 3 }
const stats: Stats = a.stats
const closing: CloseOptions = { timeout: 5 }
const codeOf = (error: FailedError): string | undefined => error.code

class Mine extends CallosumClient<{ port: number }> {}
const mine: Mine = new Mine({ servers: [] })

const client = new CallosumClient({ servers: [{ host: 'localhost', port: 1 }] })
client.on('open', ({ server }) => console.log(server.host))

console.log(classes, same, kept, acquiring, using, outliers, stats, closing, codeOf, mine)
