'use strict'

const { withoutTraces } = require('./operations')
const { runProgram } = require('./programs')

/**
 * Does random programs, one after the other, until so many operations are done,
 * so many seconds have passed, or one goes wrong. The program of a seed is the
 * same every time, and the seed of the next one is higher by one.
 *
 * @param {function} Manager CallosumServerSlots, or another class to be tested
 * @param {{seed: number, operations?: number, seconds?: number, onProgram?: function}} options
 * @returns {{programs: number, done: {fast: number, crossing: number}, failure: object|undefined}}
 */
function soak (Manager, { seed, operations = Infinity, seconds = Infinity, onProgram = () => {} }) {
  const end = Date.now() + seconds * 1000
  const result = { programs: 0, done: { fast: 0, crossing: 0 }, failure: undefined }
  withoutTraces(() => {
    while (result.failure === undefined && result.done.fast + result.done.crossing < operations && Date.now() < end) {
      const { done, setting, failure } = runProgram(Manager, (seed + result.programs) | 0)
      result.done[setting.fast ? 'fast' : 'crossing'] += done
      result.failure = failure
      result.programs++
      onProgram(result)
    }
  })
  return result
}

module.exports = soak
