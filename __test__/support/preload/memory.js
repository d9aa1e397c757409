'use strict'

// `node -r` this file makes a program reply to each message with the memory that it uses after a
// garbage collection.

const v8 = require('node:v8')
const vm = require('node:vm')

v8.setFlagsFromString('--expose-gc')
const gc = vm.runInNewContext('gc')

process.on('message', async () => {
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setImmediate(resolve))
    gc()
  }
  process.send(process.memoryUsage())
})
process.channel.unref() // lets the program end as it would without this file
