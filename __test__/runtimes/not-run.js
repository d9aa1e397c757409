'use strict'

// The tests that are not run, and why: those of `file` whose names match `tests`,
// or all; in `runtimes`, or in all.

module.exports = [
  {
    file: 'load.test.js',
    reason: 'it is about the example server rather than the package; npm test runs it'
  },
  {
    file: 'types.test.js',
    reason: 'it asks the TypeScript compiler, which is the same in all'
  },
  {
    file: 'modules.test.js',
    tests: /^publint and attw/,
    reason: 'it looks at the package, which is the same in all'
  },
  {
    file: 'memory.test.js',
    tests: /^(an instance is made in at most|require takes at most)/,
    reason: 'npm test holds Node.js 20 to these times; others are slower or faster of themselves'
  },
  {
    runtimes: ['node12', 'node14', 'node16'],
    file: 'lease.test.js',
    tests: /^\[Symbol\.dispose\]/,
    reason: 'these have no Symbol.dispose'
  },
  {
    runtimes: ['node12'],
    file: 'memory.test.js',
    tests: /^what V8 is not told/,
    reason: 'Node.js 12 has no process.memoryUsage.rss()'
  },
  {
    runtimes: ['node12', 'node14'],
    file: 'server.test.js',
    tests: /RST|reset|draws the slots in place/,
    reason: 'its clients reset connections, for which these have no call'
  },
  {
    runtimes: ['bun'],
    file: 'memory.test.js',
    tests: /^an instance that an iterator or a lease refers to/,
    reason: 'Bun keeps some garbage until later'
  },
  {
    runtimes: ['bun'],
    file: 'modules.test.js',
    tests: /^what is internal cannot be required/,
    reason: 'Bun refuses it as well, but with another code, MODULE_NOT_FOUND'
  },
  {
    runtimes: ['deno'],
    file: 'memory.test.js',
    tests: /as V8 is told$|^memory is released when/,
    reason: 'Deno counts no ArrayBuffers in process.memoryUsage()'
  },
  {
    runtimes: ['deno'],
    file: 'modules.test.js',
    tests: /imports both statically/,
    reason: 'Deno has no --input-type'
  },
  {
    runtimes: ['deno'],
    file: 'server.test.js',
    tests: /on a terminal|none is free|fails to accept/,
    reason: 'they preload a file, and Deno ignores -r'
  },
  {
    runtimes: ['deno'],
    file: 'server.test.js',
    tests: /than it may have files open/,
    reason: 'Deno does not tell how many files may be open, and accepts no connections once there were too many'
  },
  {
    runtimes: ['deno'],
    file: 'server.test.js',
    tests: /^.*> SIG(INT|TERM) ends it/,
    reason: 'Deno calls a child that it has sent a signal ended by it, whatever its exit code'
  }
]
