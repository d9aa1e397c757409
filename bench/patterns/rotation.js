'use strict'

const { Steps, cutsEvery } = require('../programs')

const IN_USE = 100 // in each manager
const CALLS = 400 // on each manager

module.exports = {
  says: 'that many managers in rotation, each drifts around 100 in use',
  sizes: [1_000],
  prepare (size, random) {
    const programs = Array.from({ length: size }, () => drift(random))
    const data = new Int32Array(CALLS * size)
    for (let i = 0; i < data.length; i++) data[i] = programs[i % size].data[Math.floor(i / size)]
    return {
      inUse: IN_USE,
      managers: size,
      data,
      cuts: cutsEvery(4 * size, data.length), // each part begins with the first manager
      calls: data.length,
      sum: programs.reduce((sum, program) => (sum + program.sum) | 0, 0)
    }
  },
  run (managers, data, from, to) {
    const count = managers.length
    let sum = 0
    for (let i = from, m = 0; i < to; i++) {
      const step = data[i]
      if (step < 0) sum = (sum + managers[m].get()) | 0
      else managers[m].put(step)
      if (++m === count) m = 0
    }
    return sum
  }
}

function drift (random) {
  const steps = new Steps(IN_USE)
  const restored = CALLS * 3 / 4 // leaves enough calls to restore the first state
  while (steps.steps.length < restored) {
    if (random.below(IN_USE + steps.model.size) < IN_USE) steps.get()
    else steps.putAny(random)
  }
  steps.restore()
  while (steps.steps.length < CALLS) { // an even number of calls is left
    steps.putAny(random)
    steps.get()
  }
  return steps.finish()
}
