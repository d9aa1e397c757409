'use strict'

// Workers terminated at random moments, from before the addon is loaded to long
// after, while the main thread works. WORKER_ROUNDS=20 is the long run.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Worker } = require('node:worker_threads')

const CallosumServerSlots = require('../..')
const { run } = require('../support/child')
const { randomFrom, take } = require('../support/states')

const PACKAGE = JSON.stringify(require.resolve('../..'))
const ROUNDS = Number(process.env.WORKER_ROUNDS || 2)
const WORKERS = 50 // in a round, or fewer if it would take longer than
const LONGEST_ROUND = 5000 // ms
const AT_ONCE = 8
const LONGEST_LIFE = 600 // ms
const SEED = Number(process.env.WORKER_SEED || Date.now() % 1000000)

const SOURCE = `
  const CallosumServerSlots = require(${PACKAGE})
  for (;;) {
    const slots = new CallosumServerSlots()
    slots.on('error', () => {})
    for (let slot = 0; slot < 2500; slot++) if (slots.get() !== slot) throw new Error('wrong slot')
    for (let i = 0; i < 2500; i++) slots.put(i * 1009 % 2500)
    slots.put(-1)
    if (slots.size !== 0) throw new Error('wrong size')
  }`

const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

test(`${ROUNDS} rounds of up to ${WORKERS} workers, terminated at random moments (seed ${SEED})`, async () => {
  const random = randomFrom(SEED)
  const slots = take(new CallosumServerSlots(), 2000)
  for (let round = 0; round < ROUNDS; round++) {
    const failures = []
    const end = Date.now() + LONGEST_ROUND
    let made = 0
    // In Deno, new Worker() returns when the worker has started, and the workers that are
    // there take the time for that: fifty at once took minutes on a busy machine.
    async function makeAndTerminate () {
      do {
        made++
        const worker = new Worker(SOURCE, { eval: true })
        worker.on('error', error => failures.push(error))
        await sleep(random(LONGEST_LIFE))
        await worker.terminate()
      } while (made < WORKERS && Date.now() < end)
    }
    let left = AT_ONCE
    const ends = Array.from({ length: AT_ONCE }, () => makeAndTerminate().finally(() => left--))
    while (left > 0) { // eslint-disable-line no-unmodified-loop-condition
      for (let i = 0; i < 500; i++) slots.put(i * 3)
      for (let i = 0; i < 500; i++) if (slots.get() !== i * 3) assert.fail('wrong slot in the main thread')
      await sleep(1)
    }
    await Promise.all(ends)
    assert.deepEqual(failures, [])
    assert.equal(slots.size, 2000)
  }
})

test('the addon is unloaded with the only worker that loaded it, and loaded again, terminated or not', async () => {
  const printed = await run(['-e', `
    const { Worker } = require('node:worker_threads')
    const { once } = require('node:events')
    const source = ${JSON.stringify(`
      const CallosumServerSlots = require(${PACKAGE})
      const slots = globalThis.kept = new CallosumServerSlots()
      for (let i = 0; i < 3000; i++) slots.get()
      require('node:worker_threads').parentPort.postMessage(slots.size)
      if (require('node:worker_threads').workerData) for (;;) slots.put(slots.get())`)}
    const main = async () => {
      for (let i = 0; i < 12; i++) {
        const worker = new Worker(source, { eval: true, workerData: i % 2 === 0 })
        const exit = once(worker, 'exit')
        const [size] = await once(worker, 'message')
        if (size !== 3000) throw new Error(String(size))
        if (i % 2 === 0) await worker.terminate()
        await exit
      }
      const CallosumServerSlots = require(${PACKAGE}) // at last in the main thread
      console.log(new CallosumServerSlots().get())
    }
    main()`])
  assert.equal(printed, '0\n')
})
