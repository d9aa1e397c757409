'use strict'

// What programs pass as arguments and use as receivers, right or wrong. Values are given
// as source, so that a program can be printed, with what is expected of them. Receivers and
// uses are functions, which are printed as comments.

const { inspect } = require('util')

/** Values that are not slots. */
const HOSTILE = [
  '-1', '-0.5', '1.5', 'NaN', 'Infinity', '2 ** 31', '2 ** 32', '2 ** 32 + 1', '-(2 ** 31)', '2 ** 53', '2147483647',
  "'0'", "'1'", "''", 'null', 'undefined', 'true', 'false', '0n', '1n', '[]', '[1]', '{}', 'Object(1)', 'Symbol(1)',
  '() => 1', '{ valueOf () { throw new Error() } }', 'new Proxy({}, {})'
].map(source => [source])

const TYPE = [TypeError, 'ERR_INVALID_ARG_TYPE']
const RANGE = [RangeError, 'ERR_OUT_OF_RANGE']

/** Options of the constructor: what maxSlots is, or what it throws. */
const OPTIONS = [
  ['undefined', 2147483647],
  ['{}', 2147483647],
  ['{ maxSlots: undefined }', 2147483647],
  ['{ maxSlots: 2147483647 }', 2147483647],
  ['{ maxSlots: 1 }', 1],
  ['{ maxSlots: 33 }', 33],
  ['Object.create({ maxSlots: 5 })', 5],
  ['Object.assign([], { maxSlots: 1024 })', 1024],
  ['null', ...TYPE],
  ['5', ...TYPE],
  ["'{}'", ...TYPE],
  ['true', ...TYPE],
  ['1n', ...TYPE],
  ['Symbol(1)', ...TYPE],
  ['() => 1', ...TYPE],
  ['{ maxSlots: null }', ...TYPE],
  ["{ maxSlots: '5' }", ...TYPE],
  ['{ maxSlots: 5n }', ...TYPE],
  ['{ maxSlots: [5] }', ...TYPE],
  ['{ maxSlots: 0 }', ...RANGE],
  ['{ maxSlots: -0 }', ...RANGE],
  ['{ maxSlots: -1 }', ...RANGE],
  ['{ maxSlots: 1.5 }', ...RANGE],
  ['{ maxSlots: NaN }', ...RANGE],
  ['{ maxSlots: Infinity }', ...RANGE],
  ['{ maxSlots: 2147483648 }', ...RANGE],
  ["{ get maxSlots () { throw new EvalError('planted') } }", EvalError, undefined]
]

/** Lists of arguments of from(): the state of the manager, or what it throws. */
const ARGUMENTS_OF_FROM = [
  ['[]', ...TYPE],
  ['[null]', ...TYPE],
  ['[5]', ...TYPE],
  ["['{}']", ...TYPE],
  ['[{}]', ...TYPE],
  ['[{ maxSlots: 0, maxSlotGiven: 0, inUse: [] }]', ...RANGE],
  ["[{ maxSlots: '5', maxSlotGiven: 0, inUse: [] }]", ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 0 }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 0, inUse: {} }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [5] }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[1]] }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[1, 2, 3]] }]', ...TYPE],
  ["[{ maxSlots: 5, maxSlotGiven: 5, inUse: [['0', 1]] }]", ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[0, null]] }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[1, 1]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[-1, 1]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[0.5, 1]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[0, 6]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[0, 2], [1, 3]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 5, inUse: [[0, 5], [5, 6]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 1, inUse: [[0, 2]] }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 6, inUse: [] }]', ...RANGE],
  ['[{ maxSlots: 5, inUse: [] }]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 3, inUse: [[0, 1]] }, null]', ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 3, inUse: [[0, 1]] }, { maxSlots: 0 }]', ...RANGE],
  ['[{ maxSlots: 5, maxSlotGiven: 3, inUse: [[0, 2]] }, { maxSlots: 1 }]', ...RANGE],
  ["[{ maxSlots: 5, maxSlotGiven: 3, inUse: [] }, { maxSlots: '1' }]", ...TYPE],
  ['[{ maxSlots: 5, maxSlotGiven: 3, inUse: [] }]', '{"maxSlots":5,"maxSlotGiven":3,"inUse":[]}'],
  ['[{ maxSlots: 5, maxSlotGiven: 3, inUse: [[0, 1], [1, 3]] }, {}]', '{"maxSlots":5,"maxSlotGiven":3,"inUse":[[0,3]]}'],
  ['[{ maxSlots: 5, maxSlotGiven: 4, inUse: [[0, 2]] }, { maxSlots: 2 }]', '{"maxSlots":2,"maxSlotGiven":2,"inUse":[[0,2]]}'],
  [
    '[{ maxSlots: 2147483647, maxSlotGiven: 2147483647, inUse: [[0, 3], [1023, 1025], [2000000000, 2000000002]] }]',
    '{"maxSlots":2147483647,"maxSlotGiven":2147483647,"inUse":[[0,3],[1023,1025],[2000000000,2000000002]]}'
  ]
]

/** Values that are not managers. */
const RECEIVERS = [
  () => ({}),
  () => undefined,
  () => 'slots',
  ({ prototype }) => Object.create(prototype),
  ({ slots }) => new Proxy(slots, {}),
  ({ slots }) => Object.create(slots),
  ({ EventEmitter }) => new EventEmitter()
]

const called = (name, ...values) => ({ name: `${name}()`, act: (receiver, prototype) => prototype[name].call(receiver, ...values) })
const read = name => ({ name, act: (receiver, prototype) => Object.getOwnPropertyDescriptor(prototype, name).get.call(receiver) })

/** The members that throw for something that is no manager, and one that does not. */
const USES = [
  called('get'), called('put', 0), called('put', 'x'), called('peek'), called('has', 0), called('has', 'x'), called('reserve', 0),
  called('lease'), called('lease', 0), called('adopt', 0), called('clear'), called('values'), called('toJSON'),
  read('size'), read('maxSlots'), read('maxSlotGiven'),
  { name: 'the constructor without new', act: (_, prototype) => (0, prototype.constructor)() },
  { name: 'inspect()', isRight: 'CallosumServerSlots {}', act: (_, prototype) => inspect(Object.create(prototype)) }
]

const made = new Map()

/** The value of a table's entry. */
function valueOf (table, i) {
  const [source] = table[i % table.length]
  if (!made.has(source)) made.set(source, (0, eval)(`(${source})`)) // eslint-disable-line no-eval
  return made.get(source)
}

module.exports = { ARGUMENTS_OF_FROM, HOSTILE, OPTIONS, RECEIVERS, USES, valueOf }
