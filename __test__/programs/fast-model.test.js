'use strict'

const assert = require('node:assert/strict')
const { test } = require('node:test')

const Random = require('../../common/random')
const { FastModel, TABLE } = require('../../common/fast-model')
const Model = require('../support/model')

for (const maxSlots of [1, 40, 700, 2147483647]) {
  test(`the fast model does what the naive one does, with ${maxSlots} slots`, () => {
    const [fast, naive] = [new FastModel(maxSlots), new Model(maxSlots)]
    const random = new Random(maxSlots)
    for (let i = 0; i < 20000; i++) {
      const slot = random.below(100) === 0 ? 2000000000 + random.below(5) : random.below(900)
      const kind = random.below(100)
      if (kind < 50) assert.equal(fast.get(), naive.get())
      else if (kind < 95) assert.equal(fast.put(slot), naive.put(slot))
      else if (slot < maxSlots) assert.equal(fast.reserve(slot), naive.reserve(slot))
      if (random.below(5000) === 0) for (const model of [fast, naive]) model.clear()
      assert.equal(fast.has(slot), naive.inUse.has(slot))
      assert.equal(fast.size, naive.inUse.size)
      assert.equal(fast.maxSlotGiven, naive.maxSlotGiven)
      assert.equal(fast.peek(), naive.peek())
      if (i % 500 === 0) compareSearches(fast, naive, random)
    }
  })
}

function compareSearches (fast, naive, random) {
  const values = naive.values()
  const near = values.filter(slot => slot < TABLE)
  assert.deepEqual(Array.from(fast.values()), values)
  for (let slot = 0; slot < 900; slot++) {
    assert.equal(fast.nextInUse(slot), near.find(other => other >= slot))
    assert.equal(naive.inUse.has(fast.nextFree(slot)), false)
    assert.ok(near.filter(other => other >= slot && other < fast.nextFree(slot)).length === fast.nextFree(slot) - slot)
  }
  const any = fast.any(random)
  assert.ok(near.length === 0 ? any === undefined : near.includes(any))
}

test('any() picks each slot in use', () => {
  const model = new FastModel(10)
  const random = new Random(1)
  for (let i = 0; i < 10; i++) model.get()
  for (const slot of [0, 5, 9]) model.put(slot)
  const picked = new Set(Array.from({ length: 500 }, () => model.any(random)))
  assert.deepEqual(Array.from(picked).sort(), [1, 2, 3, 4, 6, 7, 8])
})

test('get() throws before it leaves the table', () => {
  const model = new FastModel(100, { table: 10 })
  for (let i = 0; i < 10; i++) model.get()
  assert.throws(() => model.get(), { message: 'the model is limited to 10 slots' })
})
