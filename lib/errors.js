'use strict'

// What callers can do wrong, and what they are told.

const MAX_SLOTS = 2147483647

function isNonNegativeInt32 (value) {
  return typeof value === 'number' && (value | 0) === value && value >= 0
}

function maxSlotsOf (options) {
  if (options === undefined) return MAX_SLOTS
  checkType('options', options, 'object')
  const { maxSlots = MAX_SLOTS } = options
  checkInteger('options.maxSlots', maxSlots, 1, MAX_SLOTS)
  return maxSlots
}

// Copies what it checks: nobody can change it between the check and the use.
function checkedSnapshot (json) {
  checkType('json', json, 'object')
  const { maxSlots, maxSlotGiven, inUse } = json
  checkInteger('json.maxSlots', maxSlots, 1, MAX_SLOTS)
  if (!Array.isArray(inUse)) throw wrongType('json.inUse', inUse, 'an array')
  let last = 0
  const runs = Array.from(inUse, (run, i) => {
    if (!Array.isArray(run) || run.length !== 2) throw wrongType(`json.inUse[${i}]`, run, 'an array of two numbers')
    const [start, end] = run
    checkInteger(`json.inUse[${i}][0]`, start, last, maxSlots - 1)
    checkInteger(`json.inUse[${i}][1]`, end, start + 1, maxSlots)
    last = end
    return [start, end]
  })
  checkInteger('json.maxSlotGiven', maxSlotGiven, last, maxSlots)
  return { maxSlots, maxSlotGiven, inUse: runs }
}

function checkType (name, value, type) {
  // eslint-disable-next-line valid-typeof
  if (typeof value !== type || value === null) throw wrongType(name, value, type === 'object' ? 'an object' : `a ${type}`)
}

function checkInteger (name, value, least, most) {
  checkType(name, value, 'number')
  if (!Number.isInteger(value) || value < least || value > most) {
    const error = new RangeError(`${name} must be an integer from ${least} to ${most}. Received ${value}`)
    error.code = 'ERR_OUT_OF_RANGE'
    throw error
  }
}

function wrongType (name, value, expected) {
  const error = new TypeError(`${name} must be ${expected}. Received ${describe(value)}`)
  error.code = 'ERR_INVALID_ARG_TYPE'
  return error
}

function noFreeSlot (why) {
  const error = new Error(`No free slot: ${why}`)
  error.code = 'ERR_NO_FREE_SLOT'
  return error
}

function invalidSlot (slot) {
  const error = new Error(`Invalid slot: ${describe(slot)}`)
  error.code = 'ERR_INVALID_SLOT'
  error.slot = slot
  return error
}

// Runs no code of the value's own.
function describe (value) {
  switch (typeof value) {
    case 'string': return `'${value}'`
    case 'bigint': return `${value}n`
    case 'function': return 'a function'
    case 'object': return value === null ? 'null' : 'an object'
    default: return String(value)
  }
}

module.exports = { isNonNegativeInt32, maxSlotsOf, checkedSnapshot, noFreeSlot, invalidSlot }
