'use strict'

// The model with which the fleet compares a server's log.

const assert = require('node:assert/strict')
const test = require('node:test')

const Record = require('../../examples/fleet/record')

function read (...lines) {
  const record = new Record()
  for (const line of lines) record.read(line)
  return record
}

test('a log without a fault', () => {
  const record = read('+ 0  a:1  1 in use', '+ 1  a:2  2 in use', '- 0  a:1  1 in use', '+ 0  b:1  2 in use', '+ 2  b:2  3 in use')
  assert.deepEqual(record.faults, [])
  assert.equal(record.load, 3)
  assert.equal(record.given, 4)
  assert.deepEqual([...record.holders], [[1, 'a:2'], [0, 'b:1'], [2, 'b:2']])
})

const faults = {
  'a slot given twice': [['+ 0  a:1  1 in use', '+ 0  a:2  1 in use'], 'slot 0 was given twice: to a:1 and to a:2'],
  'a slot lost': [['+ 0  a:1  1 in use', '- 0  a:1  0 in use', '+ 1  a:2  1 in use'], 'slot 0 was lost: it was free when 1 was given'],
  'a slot taken back that nobody had': [['- 4  a:1  0 in use'], 'slot 4 was taken back from a:1: nobody had it'],
  "another's slot taken back": [['+ 0  a:1  1 in use', '- 0  a:2  0 in use'], 'slot 0 was taken back from a:2: a:1 had it'],
  'a slot lost, once': [['+ 0  a:1  1 in use', '+ 2  a:2  2 in use', '+ 3  a:3  3 in use'], 'slot 1 was lost: it was free when 2 was given'],
  'a manager that counts wrong, once': [['+ 0  a:1  2 in use', '+ 1  a:2  3 in use'], 'it counts 2 slots in use, and 1 are: + 0  a:1  2 in use'],
  'an error': [['! Invalid slot: 7'], 'it said: ! Invalid slot: 7']
}

for (const [name, [lines, fault]] of Object.entries(faults)) {
  test(`a log with ${name}`, () => {
    assert.deepEqual(read(...lines).faults, [fault])
  })
}
