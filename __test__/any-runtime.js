'use strict'

// A seeded program of 1,000,000 calls on a manager with its fast paths and on
// one without, held against a naive model. Needs no test runner, so that any
// runtime can run it: node __test__/any-runtime.js [seed]

const CallosumServerSlots = require('..')
const { withoutFastPaths } = CallosumServerSlots[Symbol.for('callosum-server-slots.internals')]

const STEPS = 2500
const ROUNDS = 200

let state = Number(process.argv[2] || 1)
/** An integer below n (a linear congruential generator). */
function random (n) {
  state = (Math.imul(state, 1664525) + 1013904223) | 0
  return (state >>> 0) % n
}

function same (actual, expected, call) {
  if (actual !== expected) throw new Error(`${call}: ${actual}, expected ${expected}`)
}

function round () {
  const managers = [new CallosumServerSlots(), withoutFastPaths(new CallosumServerSlots())]
  for (const slots of managers) slots.on('error', () => {})
  const inUse = []
  const returned = new Set()
  let given = 0
  let gets = 50 // in a hundred
  for (let i = 0; i < STEPS; i++) {
    if (random(50) === 0) gets = random(100)
    if (random(100) < gets || inUse.length === 0) {
      const expected = returned.size > 0 ? Math.min(...returned) : given++
      returned.delete(expected)
      inUse.push(expected)
      for (const slots of managers) same(slots.get(), expected, 'get()')
    } else {
      const place = random(inUse.length)
      const slot = inUse[place]
      inUse[place] = inUse[inUse.length - 1]
      inUse.pop()
      returned.add(slot)
      for (const slots of managers) {
        same(slots.put(slot), undefined, `put(${slot})`)
        if (random(8) === 0) same(slots.put(slot), true, `put(${slot}) again`)
      }
    }
    for (const slots of managers) same(slots.maxSlotGiven, given, 'maxSlotGiven')
  }
  for (const slots of managers) same([...slots].join(), inUse.sort((a, b) => a - b).join(), 'values')
}

for (let i = 0; i < ROUNDS; i++) round()
console.log(`${ROUNDS * STEPS * 2} calls as expected`)
