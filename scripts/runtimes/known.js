'use strict'

// What is known not to pass in some runtimes, or on some platforms: files that are not run
// there, and tests, by `tests`, that may fail.

module.exports = [
  {
    file: 'package/bundlers.test.js',
    reason: 'bundlers need Node.js 20; npm test runs it'
  },
  {
    file: 'package/types.test.js',
    reason: 'it asks the TypeScript compiler, which is the same in all'
  },
  {
    file: 'slots/memory.test.js',
    tests: /^(an instance is made in at most|require takes at most)/,
    reason: 'npm test holds Node.js 20 to these times; others are slower or faster of themselves'
  },
  {
    runtimes: ['bun'],
    file: 'package/modules.test.js',
    tests: /what is internal cannot be required/,
    reason: 'Bun refuses it as well, but with another code, MODULE_NOT_FOUND'
  },
  {
    runtimes: ['bun'],
    file: 'slots/memory.test.js',
    tests: /an instance that an iterator or a lease refers to|1,000,000 slots given and returned take/,
    reason: 'Bun keeps some garbage until later'
  },
  {
    runtimes: ['bun'],
    file: 'slots/tampering.test.js',
    tests: /after the loading: the functions of Reflect|before the loading: (methods of Array|Function\.prototype\.bind)$/,
    reason: 'Bun uses these itself, in EventEmitter and in require()'
  },
  {
    runtimes: ['bun', 'deno'],
    file: 'slots/tampering.test.js',
    tests: /what the internals are asked with a wrong receiver/,
    reason: 'they refuse it as well, but with an Error instead of a TypeError'
  },
  {
    runtimes: ['deno'],
    file: 'slots/tampering.test.js',
    tests: /after the loading: (setters on the indices|another Symbol\.species|another length)|before the loading: methods of Array$/,
    reason: 'Deno uses these itself, to write to stdout and where a process ends'
  },
  {
    runtimes: ['deno'],
    file: 'slots/garbage.test.js',
    tests: /^what workers hold is freed/,
    reason: 'Deno runs no finalizers of an addon when a worker ends'
  },
  {
    runtimes: ['deno'],
    file: 'slots/memory.test.js',
    tests: /as V8 is told$|^memory is released when/,
    reason: 'Deno counts no ArrayBuffers in process.memoryUsage()'
  },
  {
    runtimes: ['deno'],
    file: 'slots/refused-memory.test.js',
    reason: 'Deno does not start in a limited address space'
  },
  {
    runtimes: ['deno'],
    file: 'package/modules.test.js',
    tests: /imports both statically/,
    reason: 'Deno has no --input-type'
  },
  {
    runtimes: ['bun', 'deno'],
    file: 'package/recipes.test.js',
    tests: /closes when the last slot is back/,
    reason: 'they close a server before its connections are closed'
  },
  {
    runtimes: ['deno'],
    file: 'package/recipes.test.js',
    tests: /ends on SIGTERM while a client of its metrics/,
    reason: 'Deno calls a child that it has sent a signal ended by it, whatever its exit code'
  },
  {
    runtimes: ['bun', 'deno'],
    file: 'package/example-requests.test.js',
    tests: /sends requests to the example server, and ends on/,
    reason: 'Bun hears of no closed output; Deno calls a child that it has sent a signal ended by it'
  },
  {
    runtimes: ['bun'],
    file: 'package/example-client.test.js',
    tests: /ends on the end of what reads its output/,
    reason: 'Bun hears of no closed output'
  },
  {
    runtimes: ['bun'],
    file: 'package/example-server.test.js',
    tests: /the reader of its output has closed it/,
    reason: 'Bun hears of no closed output'
  },
  {
    runtimes: ['deno'],
    file: 'package/example-cluster.test.js',
    tests: /end on SIGTERM with all connections/,
    reason: 'Deno calls a child that it has sent a signal ended by it, whatever its exit code'
  },
  {
    runtimes: ['deno'],
    file: 'package/example-client.test.js',
    reason: 'it sends signals, and Deno calls a child that it has sent a signal ended by it, whatever its exit code'
  },
  {
    runtimes: ['deno'],
    file: 'package/example-server.test.js',
    reason: 'it preloads files, which Deno ignores, and sends signals'
  }
]
