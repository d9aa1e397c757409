'use strict'

// The tests that are not run, with the reasons: the tests of `file` whose names match `tests`,
// or all of them; in `runtimes`, or in all.

module.exports = [
  {
    file: 'bundlers.test.js',
    reason: 'bundlers need Node.js 20; npm test runs it'
  },
  {
    file: 'exhaustive.test.js',
    reason: 'it searches for faults of the algorithm, which is the same in all, and takes up to 80 seconds'
  },
  {
    file: 'garbage.test.js',
    tests: /^1,000,000 instances made and dropped/,
    reason: 'memory.test.js asks the same of fewer instances; this takes up to 40 seconds'
  },
  {
    file: 'types.test.js',
    reason: 'it asks the TypeScript compiler, which is the same in all'
  },
  {
    file: 'memory.test.js',
    tests: /^(an instance is made in at most|require takes at most)/,
    reason: 'npm test holds Node.js 20 to these times; others are slower or faster of themselves'
  },
  {
    runtimes: ['bun', 'deno'],
    file: 'no-binary.test.js',
    tests: /^where the binary does not load, a second require/,
    reason: 'a preload cannot put another binary in the place of ours there'
  },
  {
    runtimes: ['node12', 'node14', 'node16', 'node18', 'bun', 'deno'],
    file: 'no-binary.test.js',
    tests: /^(with --no-addons|under the permission model)/,
    reason: 'Node.js has the permission model from 20 on, and --no-addons from 16.10 on; Bun and Deno have neither'
  },
  {
    runtimes: ['node12', 'node14', 'node16'],
    file: 'lease.test.js',
    tests: /^\[Symbol\.dispose\]/,
    reason: 'these have no Symbol.dispose'
  },
  {
    runtimes: ['node12', 'node14', 'node16'],
    file: 'tampering.test.js',
    tests: /detached|that detaches/,
    reason: 'these have no structuredClone() that detaches'
  },
  {
    runtimes: ['node12', 'node14', 'node16'],
    file: 'worker-termination.test.js',
    tests: /^structuredClone/,
    reason: 'these have no structuredClone()'
  },
  {
    runtimes: ['node12'],
    file: 'tampering.test.js',
    tests: /loading: (other iterators of arrays|methods of Array)$/,
    reason: 'Node.js 12 uses these itself, in require() and where a process ends'
  },
  {
    runtimes: ['bun'],
    file: 'memory.test.js',
    tests: /^(an instance that an iterator or a lease refers to|1,000,000 slots given and returned take)/,
    reason: 'Bun keeps some garbage until later'
  },
  {
    runtimes: ['bun'],
    file: 'modules.test.js',
    tests: /^what is internal cannot be required/,
    reason: 'Bun refuses it as well, but with another code, MODULE_NOT_FOUND'
  },
  {
    runtimes: ['bun'],
    file: 'tampering.test.js',
    tests: /^a patch (after the loading: the functions of Reflect|before the loading: (methods of Array|Function\.prototype\.bind)$)/,
    reason: 'Bun uses these itself, in EventEmitter and in require()'
  },
  {
    runtimes: ['bun', 'deno'],
    file: 'tampering.test.js',
    tests: /^what the internals are asked with a wrong receiver/,
    reason: 'they refuse it as well, but with an Error instead of a TypeError'
  },
  {
    runtimes: ['deno'],
    file: 'tampering.test.js',
    tests: /^a patch after the loading: (setters on the indices of (Array|Object)\.|another Symbol\.species|another length of typed arrays)/,
    reason: 'Deno uses these itself, to write to stdout and where a process ends'
  },
  {
    runtimes: ['deno'],
    file: 'garbage.test.js',
    tests: /^what workers hold is freed/,
    reason: 'Deno runs no finalizers of an addon when a worker ends'
  },
  {
    runtimes: ['deno'],
    file: 'refused-memory.test.js',
    reason: 'Deno does not start in a limited address space'
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
    runtimes: ['node12', 'node14'],
    file: 'server.test.js',
    tests: /RST|reset|draws the slots in place/,
    reason: 'its clients reset connections, for which these have no call'
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
