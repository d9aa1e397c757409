'use strict'

// What is known not to pass in some runtimes, or on some platforms: files that are not run
// there, and tests, by `tests`, that may fail.

const NO_CLOSED_OUTPUT = 'Bun hears of no closed output'
const LIMITED_SPACE = /^get\(\) and reserve\(\) that get no memory/
const SIGNAL_AS_EXIT = 'Deno calls a child that it has sent a signal ended by it, whatever its exit code'

const ofAll = [
  { file: 'package/bundlers.test.js', reason: 'bundlers need Node.js 20; npm test runs it' },
  { file: 'package/types.test.js', reason: 'it asks the TypeScript compiler, which is the same in all' },
  {
    file: 'slots/memory.test.js',
    tests: /^an instance is made in at most/,
    reason: 'npm test holds Node.js 20 to these times; others are slower or faster of themselves'
  }
]

const ofBun = [
  { file: 'client/foreign.test.js', reason: 'bun test takes an uncaught exception for a failure, though the test listens for it' },
  {
    file: 'slots/error-event.test.js',
    tests: /^in a domain put/,
    reason: "an emitter in a domain of Bun's tells the domain of each error, though a listener hears it"
  },
  {
    file: 'package/modules.test.js',
    tests: /what is internal cannot be required/,
    reason: 'Bun refuses it as well, but with another code, MODULE_NOT_FOUND'
  },
  {
    file: 'slots/memory.test.js',
    tests: /an instance that an iterator or a lease refers to|1,000,000 slots given and returned take/,
    reason: 'Bun keeps some garbage until later'
  },
  {
    file: 'slots/tampering.test.js',
    tests: /after the loading: the functions of Reflect|before the loading: (methods of Array|Function\.prototype\.bind)$/,
    reason: 'Bun uses these itself, in EventEmitter and in require()'
  },
  { file: 'package/example-requests.test.js', tests: /ends on the end of what reads its output/, reason: NO_CLOSED_OUTPUT },
  { file: 'package/example-client.test.js', tests: /ends on the end of what reads its output/, reason: NO_CLOSED_OUTPUT },
  { file: 'package/example-server.test.js', tests: /the reader of its output has closed it/, reason: NO_CLOSED_OUTPUT }
]

const ofDeno = [
  {
    file: 'slots/tampering.test.js',
    tests: /after the loading: (setters on the indices|another Symbol\.species|another length)|before the loading: methods of Array$/,
    reason: 'Deno uses these itself, to write to stdout and where a process ends'
  },
  {
    file: 'slots/memory.test.js',
    tests: /as V8 is told$|^memory is released when|^what workers hold is freed/,
    reason: 'Deno counts no ArrayBuffers in process.memoryUsage(), and runs no finalizers of an addon when a worker ends'
  },
  { file: 'slots/refused-memory.test.js', tests: LIMITED_SPACE, reason: 'Deno does not start in a limited address space' },
  { file: 'package/recipes.test.js', tests: /ends on SIGTERM while a client of its metrics/, reason: SIGNAL_AS_EXIT },
  { file: 'package/example-requests.test.js', tests: /sends requests to the example server, and ends on/, reason: SIGNAL_AS_EXIT },
  { file: 'package/example-cluster.test.js', tests: /end on SIGTERM with all connections/, reason: SIGNAL_AS_EXIT },
  { file: 'package/example-client.test.js', reason: SIGNAL_AS_EXIT },
  { file: 'package/example-server.test.js', reason: `it preloads files, which Deno ignores. ${SIGNAL_AS_EXIT}` }
]

const ofBunAndDeno = [
  {
    file: 'package/recipes.test.js',
    tests: /closes when the last slot is back/,
    reason: 'they close a server before its connections are closed'
  }
]

const MUSL = ['x86_64-unknown-linux-musl', 'aarch64-unknown-linux-musl']

// With the binaries of all targets, or of those named.
const ofPlatforms = [
  {
    file: 'slots/cost.test.js',
    reason: 'it measures time, which npm test does on the machine itself'
  },
  {
    targets: MUSL,
    file: 'slots/refused-memory.test.js',
    tests: LIMITED_SPACE,
    reason: 'with musl V8 itself is out of memory first, and ends the process'
  },
  {
    targets: [...MUSL, 'x86_64-pc-windows-msvc'],
    file: 'package/single-executable.test.js',
    reason: 'esbuild is there for the machine itself alone'
  },
  {
    targets: ['x86_64-pc-windows-msvc'],
    file: 'package/example-server.test.js',
    reason: 'in Wine the output of a child does not reach its parent before the child ends'
  }
]

module.exports = {
  node: ofAll,
  bun: [...ofAll, ...ofBun, ...ofBunAndDeno],
  deno: [...ofAll, ...ofDeno, ...ofBunAndDeno],
  platforms: [...ofAll, ...ofPlatforms]
}
