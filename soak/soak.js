'use strict'

const { withoutTraces } = require('./operations')
const { runProgram } = require('./programs')

/**
 * Runs random programs until `operations` are done, `seconds` have passed, or a program
 * fails. The program of a seed is always the same. The seed of the next program is higher by
 * one.
 *
 * @param {function} Manager CallosumServerSlots, or another class to be tested
 * @param {{seed: number, operations?: number, seconds?: number, onProgram?: function}} options
 * @returns {{programs: number, done: {fast: number, native: number}, failure: object|undefined}}
 */
function soak (Manager, { seed, operations = Infinity, seconds = Infinity, onProgram = () => {} }) {
  const end = Date.now() + seconds * 1000
  const result = { programs: 0, done: { fast: 0, native: 0 }, failure: undefined }
  withoutTraces(() => {
    while (result.failure === undefined && result.done.fast + result.done.native < operations && Date.now() < end) {
      const { done, setting, failure } = runProgram(Manager, (seed + result.programs) | 0)
      result.done[setting.fast ? 'fast' : 'native'] += done
      result.failure = failure
      result.programs++
      onProgram(result)
    }
  })
  return result
}

module.exports = soak
