'use strict'

// Checks what callers pass, and makes the errors that they get.

const Integers = Int32Array // captured in case the global is patched later
const MAX_SLOTS = 2147483647
const MOST_CHARACTERS = 80 // of a value, in a message

function isNonNegativeInt32 (value) {
  return typeof value === 'number' && (value | 0) === value && value >= 0
}

/** Whether it is a valid slot, of a manager with the default limit. */
function isSlot (value) {
  return isNonNegativeInt32(value) && value < MAX_SLOTS
}

/** The option `maxSlots`, checked. `otherwise` is its default; slots in use are below `end`. */
function maxSlotsOf (options, otherwise = MAX_SLOTS, end = 0) {
  if (options === undefined) return otherwise
  checkType('options', options, 'object')
  const { maxSlots = otherwise } = options
  if (end === 0) checkInteger('options.maxSlots', maxSlots, 1, MAX_SLOTS)
  else checkInteger('options.maxSlots', maxSlots, end, MAX_SLOTS, `, since slot ${end - 1} is in use`)
  return maxSlots
}

// Returns a copy, so that nobody can change the values between the check and the use. The
// runs are flat: start, end, start, end …
function checkedSnapshot (json, options) {
  if (typeof json === 'string') {
    throw coded(new TypeError(`json must be an object. Received a string, ${describe(json)}: parse it with JSON.parse() first`), 'ERR_INVALID_ARG_TYPE')
  }
  checkType('json', json, 'object')
  const { maxSlots, maxSlotGiven, inUse } = json
  checkInteger('json.maxSlots', maxSlots, 1, MAX_SLOTS)
  if (!Array.isArray(inUse)) throw wrongType('json.inUse', inUse, 'an array')
  let last = 0
  const runs = Array.from(inUse, (run, i) => {
    if (!Array.isArray(run) || run.length !== 2) throw wrongType(`json.inUse[${i}]`, run, 'an array of two numbers')
    const [start, end] = run
    if (last >= maxSlots) throw coded(new RangeError(`json.inUse[${i}] is beyond json.maxSlots, ${maxSlots}`), 'ERR_OUT_OF_RANGE')
    checkInteger(`json.inUse[${i}][0]`, start, last, maxSlots - 1)
    checkInteger(`json.inUse[${i}][1]`, end, start + 1, maxSlots)
    last = end
    return [start, end]
  })
  checkInteger('json.maxSlotGiven', maxSlotGiven, last, maxSlots)
  const flat = new Integers(2 * runs.length)
  for (let i = 0; i < runs.length; i++) [flat[2 * i], flat[2 * i + 1]] = runs[i]
  const limit = maxSlotsOf(options, maxSlots, last)
  const { captureRejections } = options || {}
  return { optionsOfNew: { maxSlots: limit, captureRejections }, maxSlotGiven, runs: flat }
}

function checkType (name, value, type) {
  // eslint-disable-next-line valid-typeof
  if (typeof value !== type || value === null) throw wrongType(name, value, type === 'object' ? 'an object' : `a ${type}`)
}

function checkOneOf (name, value, values) {
  checkType(name, value, 'string')
  if (values.includes(value)) return
  throw coded(new RangeError(`${name} must be ${values.map(describe).join(' or ')}. Received ${describe(value)}`), 'ERR_OUT_OF_RANGE')
}

function checkInteger (name, value, least, most, why = '') {
  checkType(name, value, 'number')
  if (!Number.isInteger(value) || value < least || value > most) {
    throw coded(new RangeError(`${name} must be an integer from ${least} to ${most}${why}. Received ${value}`), 'ERR_OUT_OF_RANGE')
  }
}

function wrongType (name, value, expected) {
  return coded(new TypeError(`${name} must be ${expected}. Received ${describe(value)}`), 'ERR_INVALID_ARG_TYPE')
}

function allocationFailed (what = 'the bitmap of free slots') {
  return coded(new Error(`Memory allocation failed: ${what} cannot grow`), 'ERR_MEMORY_ALLOCATION_FAILED')
}

/** The error for a value that put(), reserve(), lease() or adopt() was called with. */
function invalidSlot (slot, maxSlots) {
  const error = coded(new Error(`Invalid slot: ${describe(slot)}`), 'ERR_INVALID_SLOT')
  error.slot = slot
  error.reason = !isSlot(slot) ? 'not a slot' : slot < maxSlots ? 'free' : 'out of range'
  return error
}

/** Emits 'error'. If nobody listens, it throws the very error, also where EventEmitter is of another realm. */
function emitError (emitter, error) {
  try {
    emitter.emit('error', error)
  } catch (thrown) {
    // EventEmitter takes an error of another realm, as under jest, for none, and wraps it.
    throw Object(thrown) === thrown && thrown.code === 'ERR_UNHANDLED_ERROR' && thrown.context === error ? error : thrown
  }
  return true
}

function wrongConstructor (actual, expected) {
  return coded(new TypeError(`from() needs a constructor that passes its options on: maxSlots is ${actual}, not ${expected}`), 'ERR_INVALID_ARG_TYPE')
}

function coded (error, code) {
  error.code = code
  return error
}

/**
 * A value for a message: printable, on one line, at most 80 characters before they are
 * escaped. Runs no code of the value, such as toString(). A bigint of 128 bits has at most 40
 * characters; the time to write a longer one would grow with its square.
 */
function describe (value) {
  switch (typeof value) {
    case 'string': return `'${shorten(value)}'`
    case 'symbol': return shorten(String(value))
    case 'bigint': return BigInt.asIntN(128, value) === value ? `${value}n` : 'a bigint of more than 128 bits'
    case 'function': return 'a function'
    case 'object': return value === null ? 'null' : 'an object'
    default: return String(value)
  }
}

// Messages end up in logs and on terminals. There a line feed would forge a line, an escape
// sequence would be obeyed, and characters that change the direction of the text or have no width
// would hide what was passed. Half of a surrogate pair is no character.
// eslint-disable-next-line no-control-regex
const NOT_PRINTABLE = /[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

function shorten (text) {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
  return short.replace(NOT_PRINTABLE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

module.exports = {
  allocationFailed,
  checkedSnapshot,
  checkInteger,
  checkOneOf,
  checkType,
  coded,
  describe,
  emitError,
  invalidSlot,
  isNonNegativeInt32,
  isSlot,
  maxSlotsOf,
  wrongConstructor,
  wrongType
}
