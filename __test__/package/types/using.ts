// Compiled only (types.test.js, npm run lint), where Symbol.dispose is known: leases released by `using`.

import { CallosumServerSlots } from 'callosum-server-slots'
import { CallosumClient } from 'callosum-server-slots/client'

const slots = new CallosumServerSlots()
{
  using lease = slots.lease()
  console.log(lease?.slot)
}
const lease: CallosumServerSlots.Lease | undefined = slots.lease()
lease?.[Symbol.dispose]()
const disposable: Disposable | undefined = lease

async function useClient (): Promise<void> {
  await using client = new CallosumClient({ servers: [] })
  using lease = await client.acquire()
  const disposable: AsyncDisposable = client
  console.log(lease.slot, disposable)
}

console.log(disposable, useClient)
