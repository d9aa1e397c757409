// Compiled only (npm run types): both ways to import it as an ES module.

import Default, { CallosumServerSlots } from 'callosum-server-slots'

const a: Default = new Default({ maxSlots: 1 })
const b: CallosumServerSlots = new CallosumServerSlots()
const same: typeof Default = CallosumServerSlots
const lease: Default.Lease | undefined = a.lease()

console.log(b, same, lease)
