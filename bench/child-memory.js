'use strict'

// A process that measures what a contender keeps in memory. Needs --expose-gc.
// Of few slots there are many managers, so that the process's own ups and downs
// count for little.

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

/** What is named here is alive until then. */
function keep () {}

/** What a first use allocates is not the slots'. */
function warmUp (create) {
  const slots = create()
  for (let i = 0; i < 10_000; i++) slots.get()
  for (let i = 0; i < 10_000; i += 2) slots.put(i)
}

async function used () {
  for (let i = 0; i < 4; i++) {
    global.gc()
    await new Promise(resolve => setTimeout(resolve, 10)) // finalizers run between
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { process: rss, v8: heapUsed + external }
}

main().then(answer => process.stdout.write(JSON.stringify(answer)))
