// Compiled only (types.test.js, npm run lint), where Symbol.dispose is known: leases released by `using`.

import { CallosumServerSlots } from 'callosum-server-slots'

const slots = new CallosumServerSlots()
{
  using lease = slots.lease()
  console.log(lease?.slot)
}
const lease: CallosumServerSlots.Lease | undefined = slots.lease()
lease?.[Symbol.dispose]()
const disposable: Disposable | undefined = lease

console.log(disposable)
