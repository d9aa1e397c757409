'use strict'

const measure = require('./measure')
const Progress = require('../common/progress')
const { summary } = require('../common/statistics')

/**
 * Runs every case with every contender, round after round, so that a change in the speed of
 * the machine affects all contenders. `pace` sets the number of rounds and their duration.
 * Returns a result for each case and contender.
 */
async function runRounds ({ cases, list, contenders, pace }) {
  const progress = new Progress(process.stderr, { every: Infinity, steps: pace.rounds * list.length * contenders.length })
  const jobs = new Map()
  const answers = new Map(list.flatMap(({ id }) => contenders.map(contender => [id + contender, []])))

  for (let round = 0; round < pace.rounds; round++) {
    for (const one of list) {
      if (round === 0) jobs.set(one.id, cases.prepare(one))
      // Each round begins with another contender.
      for (const contender of rotated(contenders, round)) {
        progress.step(`round ${round + 1} of ${pace.rounds}: ${one.id}, ${contender}`)
        const before = answers.get(one.id + contender)
        if (before.some(answer => answer.cut || answer.wrong)) continue
        const job = { ...jobs.get(one.id), ...pace, contender, limit: pace.limit * 1000 }
        before.push(await measure(job))
      }
    }
  }
  progress.end()

  return list.flatMap(one => contenders.map(contender => ({
    ...one, contender, ...sumUp(answers.get(one.id + contender), jobs.get(one.id))
  })))
}

function sumUp (answers, { program: { calls } }) {
  const failed = answers.find(answer => answer.wrong)
  if (failed) return { ns: NaN, wrong: failed.wrong }
  const cut = answers.find(answer => answer.cut)
  if (cut) return { ns: cut.cut * 1e6 / calls, cut: cut.cut }
  const rounds = answers.map(answer => answer.samples.map(ns => Number(ns.toPrecision(4))))
  return { ...summary(rounds), rounds }
}

function rotated (array, by) {
  const at = by % array.length
  return [...array.slice(at), ...array.slice(0, at)]
}

module.exports = runRounds
