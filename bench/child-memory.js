'use strict'

// A process that measures the memory of a contender. Needs --expose-gc. With few slots it
// makes many managers, so that other memory of the process hardly matters.

const Random = require('../common/random')

const ENOUGH = 1_000_000

const { contender, size } = JSON.parse(process.argv[2])

async function main () {
  const create = await require('./contenders/' + contender).load()
  const order = new Random(1).shuffle(Int32Array.from({ length: size }, (_, slot) => slot))
  const count = Math.ceil(ENOUGH / size)
  warmUp(create)
  const before = await used()
  const since = after => ({
    process: (after.process - before.process) / count / size,
    v8: (after.v8 - before.v8) / count / size
  })

  const managers = Array.from({ length: count }, create)
  for (const slots of managers) for (let i = 0; i < size; i++) slots.get()
  const given = since(await used())
  for (const slots of managers) for (let i = 0; i < size >> 1; i++) slots.put(order[i])
  const half = since(await used())
  for (const slots of managers) for (let i = size >> 1; i < size; i++) slots.put(order[i])
  const returned = since(await used())
  keep(managers, order)
  return { given, half, returned }
}

/** Keeps its arguments from being garbage-collected before this call. */
function keep () {}

/** Makes the allocations of a first use, which are not to be measured. */
function warmUp (create) {
  const slots = create()
  for (let i = 0; i < 10_000; i++) slots.get()
  for (let i = 0; i < 10_000; i += 2) slots.put(i)
}

async function used () {
  for (let i = 0; i < 4; i++) {
    global.gc()
    await new Promise(resolve => setTimeout(resolve, 10)) // lets finalizers run
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { process: rss, v8: heapUsed + external }
}

main().then(answer => process.stdout.write(JSON.stringify(answer)))
