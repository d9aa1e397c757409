'use strict'

// Processes that end while managers are in use.

const assert = require('node:assert/strict')
const { test } = require('node:test')

const { ROOT, run } = require('../support/child')

const PACKAGE = JSON.stringify(ROOT)

for (const [name, end] of [
  ['process.exit()', "say('ended'); process.exit(0)"],
  ['process.exit() in an error handler', "slots.on('error', () => { say('ended'); process.exit(0) }); slots.put(-1)"],
  ['calls on exit', "process.on('exit', () => { for (let i = 0; i < 3000; i++) slots.get(); new CallosumServerSlots().get(); say('ended') })"],
  ['the end of the event loop', "say('ended')"]
]) {
  test(`a process ends cleanly with managers in use: ${name}`, async () => {
    assert.equal(await run(['--expose-gc', '-e', `
      const CallosumServerSlots = require(${PACKAGE})
      const say = text => require('fs').writeSync(1, text)
      const slots = globalThis.kept = new CallosumServerSlots()
      for (let i = 0; i < 2000; i++) { slots.get(); new CallosumServerSlots().get() }
      gc()
      ${end}`]), 'ended')
  })
}

test('a process ends cleanly with managers in use: process.exit() while a worker calls', async () => {
  const printed = await run(['-e', `
    const { Worker } = require('node:worker_threads')
    const CallosumServerSlots = require(${PACKAGE})
    globalThis.kept = new CallosumServerSlots()
    for (let i = 0; i < 5000; i++) kept.get()
    const worker = new Worker(${JSON.stringify(`
      const CallosumServerSlots = require(${PACKAGE})
      const slots = new CallosumServerSlots()
      require('node:worker_threads').parentPort.postMessage('busy')
      for (;;) slots.put(slots.get())`)}, { eval: true })
    worker.on('message', () => { console.log('done'); process.exit(0) })`])
  assert.equal(printed, 'done\n')
})
