'use strict'

// Values that are not slots in any state of a manager.

/** The code of values that has run. None may run. */
const ran = []

function trap (name) {
  return function () {
    ran.push(name)
    throw new Error(`${name} ran`)
  }
}

const TRAPS = Object.getOwnPropertyNames(Reflect)

/** An object on which no operation may be performed. */
function untouchable (target) {
  return new Proxy(target, Object.fromEntries(TRAPS.map(name => [name, trap(`the trap ${name}`)])))
}

function revoked () {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const converting = {
  valueOf: trap('valueOf'),
  toString: trap('toString'),
  [Symbol.toPrimitive]: trap('Symbol.toPrimitive')
}

const withGetters = Object.defineProperties({}, Object.fromEntries(
  ['valueOf', 'toString', 'constructor', Symbol.toPrimitive, Symbol.toStringTag]
    .map(key => [key, { get: trap(`the getter ${String(key)}`) }])
))

/** Name, value, and its description in the message. */
const notSlots = [
  ['-1', -1, '-1'],
  ['-2^31', -2147483648, '-2147483648'],
  ['-2^32', -4294967296, '-4294967296'],
  ['-2^32 + 1, which is 1 in 32 bits', -4294967295, '-4294967295'],
  ['a fraction below 1', 0.5, '0.5'],
  ['a fraction', 1.5, '1.5'],
  ['a fraction just above 1', 1 + Number.EPSILON, '1.0000000000000002'],
  ['the least number above 0', Number.MIN_VALUE, '5e-324'],
  ['NaN', NaN, 'NaN'],
  ['Infinity', Infinity, 'Infinity'],
  ['-Infinity', -Infinity, '-Infinity'],
  ['2^31 - 1, one more than the highest slot', 2147483647, '2147483647'],
  ['2^31', 2147483648, '2147483648'],
  ['2^32, which is 0 in 32 bits', 4294967296, '4294967296'],
  ['2^32 + 1, which is 1 in 32 bits', 4294967297, '4294967297'],
  ['2^53 - 1', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['2^53', 2 ** 53, '9007199254740992'],
  ['the greatest number', Number.MAX_VALUE, '1.7976931348623157e+308'],
  ['a numeric string', '1', "'1'"],
  ['the string 0', '0', "'0'"],
  ['an empty string', '', "''"],
  ['another string', 'one', "'one'"],
  ['a String object', Object('1'), 'an object'],
  ['a Number object', Object(1), 'an object'],
  ['null', null, 'null'],
  ['undefined', undefined, 'undefined'],
  ['true', true, 'true'],
  ['false', false, 'false'],
  ['a bigint', 1n, '1n'],
  ['the bigint 0', 0n, '0n'],
  ['a bigint beyond all numbers', 2n ** 2000n, 'a bigint of more than 128 bits'],
  ['the greatest bigint that is shown', 2n ** 127n - 1n, '170141183460469231731687303715884105727n'],
  ['a bigint that takes seconds to write', 10n ** 100000n, 'a bigint of more than 128 bits'],
  ['a very long string', 'x'.repeat(1e6), `'${'x'.repeat(80)}…'`],
  ['a string with line feeds and escape sequences', '1\r\n\x1b[31m\u2028\u202e\u200b2', "'1\\u000d\\u000a\\u001b[31m\\u2028\\u202e\\u200b2'"],
  ['a string with halves of a surrogate pair, and a whole one', '\ud83d \ude00 \ud83d\ude00é', "'\\ud83d \\ude00 \ud83d\ude00é'"],
  ['a symbol with a long name', Symbol('a\n' + 'b'.repeat(1000)), `Symbol(a\\u000a${'b'.repeat(71)}…`],
  ['a symbol', Symbol('one'), 'Symbol(one)'],
  ['a symbol without a name', Symbol(''), 'Symbol()'],
  ['a well-known symbol', Symbol.iterator, 'Symbol(Symbol.iterator)'],
  ['an empty array', [], 'an object'],
  ['an array of a slot', [1], 'an object'],
  ['an object', {}, 'an object'],
  ['an object without a prototype', Object.create(null), 'an object'],
  ['a date', new Date(1), 'an object'],
  ['an object that converts', { valueOf: () => 1 }, 'an object'],
  ['an object whose conversions throw', converting, 'an object'],
  ['an object whose getters throw', withGetters, 'an object'],
  ['a proxy whose traps throw', untouchable({}), 'an object'],
  ['a proxy of an array whose traps throw', untouchable([1]), 'an object'],
  ['a proxy of a function whose traps throw', untouchable(function () {}), 'a function'],
  ['a revoked proxy', revoked(), 'an object'],
  ['a function', function () { return 1 }, 'a function'],
  ['an arrow function', () => 1, 'a function'],
  ['a class', class One {}, 'a function']
]

module.exports = { notSlots, ran }
