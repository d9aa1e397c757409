'use strict'

// `node --expose-gc -r` this file makes a program reply to each message with the
// memory that it uses after a garbage collection.

process.on('message', async () => {
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setImmediate(resolve))
    global.gc()
  }
  process.send(process.memoryUsage())
})
process.channel.unref() // lets the program end as it would without this file
