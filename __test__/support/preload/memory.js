'use strict'

// `node --expose-gc -r` this file to have a program answer each message with
// the memory that it uses, garbage collected.

process.on('message', async () => {
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setImmediate(resolve))
    global.gc()
  }
  process.send(process.memoryUsage())
})
process.channel.unref() // lets the program end as it would without this file
