'use strict'

// The native object of a manager. While a thread stops, as in worker.terminate(), its JavaScript
// runs on for a moment, and Node.js answers native calls with undefined without calling Rust.
// What is done there must not be taken for done.
//
// The checks are not in a function of their own: execution can be terminated where one begins.

const { CallosumServerSlots: Binding } = require('./load-native.js')

class Native extends Binding {
  reset (words, maxSlots, runs, maxSlotGiven) {
    const answer = super.reset(words, maxSlots, runs, maxSlotGiven)
    if (answer === undefined) throw stopping()
    return answer
  }

  grow (words, larger) {
    if (super.grow(words, larger) === undefined) throw stopping()
  }

  put (words, slot) {
    const answer = super.put(words, slot)
    if (answer === undefined) throw stopping()
    return answer
  }

  peek (words) {
    const answer = super.peek(words)
    if (answer === undefined) throw stopping()
    return answer
  }

  has (words, slot) {
    const answer = super.has(words, slot)
    if (answer === undefined) throw stopping()
    return answer
  }

  reserve (words, slot) {
    const answer = super.reserve(words, slot)
    // Stryker disable next-line ConditionalExpression: grow(), which is called then, throws the same
    if (answer === undefined) throw stopping()
    return answer
  }

  inUseRuns (words, from, into) {
    const answer = super.inUseRuns(words, from, into)
    if (answer === undefined) throw stopping()
    return answer
  }
}

function stopping () {
  return new Error('callosum-server-slots: this thread is being stopped')
}

module.exports = { Native }
