'use strict'

// Looks for short programs that reach what no other has reached, and keeps them:
// coverage-guided fuzzing in the manner of libFuzzer.

const Random = require('../common/random')
const { NAMES, NUMBERS, TAKES_ANOTHER, nest, replay, withoutTraces } = require('./operations')
const { record, LIMITS } = require('./programs')

const LONGEST = 300 // operations, so that the corpus stays small
const MOST_TRIALS = 40 // to shorten a program that is kept
const EDGES = [32, 1024, 2048, 4096, 32768, 131072]

/**
 * @param {function} Manager CallosumServerSlots, or another class to be tested
 * @param {Coverage} coverage
 * @param {{setting: object, program: Int32Array}[]} corpus what is kept so far
 * @param {{seed: number, seconds?: number, programs?: number, onProgram?: function}} options
 * @returns {{programs: number, features: number, corpus: object[], added: number, failure: object|undefined}}
 *   `corpus` has the programs that were kept so far, except each that one new program
 *   replaces: it reaches all that the old one reaches. It also has the fewest new programs
 *   that reach what else was reached. `added` is the number of these.
 */
function explore (Manager, coverage, corpus, { seed, seconds = Infinity, programs = Infinity, onProgram = () => {} }) {
  return withoutTraces(() => new Explorer(Manager, coverage, new Random(seed)).run(corpus, { seconds, programs, onProgram }))
}

class Explorer {
  constructor (Manager, coverage, random) {
    this.Manager = Manager
    this.coverage = coverage
    this.random = random
    this.reached = new Set()
    this.old = new Map() // from each program that was kept so far to what it reached
    this.kept = [] // the old ones, and new ones that reached more
    this.programs = 0
    this.failure = undefined
  }

  run (corpus, { seconds, programs, onProgram }) {
    const end = Date.now() + seconds * 1000
    this.coverage.reset()
    for (const candidate of corpus) this.take(candidate)
    while (this.failure === undefined && this.programs < programs && Date.now() < end) {
      this.try(this.candidate())
      onProgram({ programs: this.programs, kept: this.kept.length, features: this.reached.size })
    }
    return { programs: this.programs, features: this.reached.size, ...this.chosen(), failure: this.failure }
  }

  /** Does a program that was kept so far. */
  take (candidate) {
    this.programs++
    this.kept.push(candidate)
    const features = this.featuresOf(candidate) || new Set()
    this.old.set(candidate, features)
    for (const feature of features) this.reached.add(feature)
  }

  candidate () {
    const { kept, random } = this
    if (kept.length === 0 || random.below(5) === 0) {
      const { setting, program } = record(this.Manager, random, 1 + random.below(LONGEST))
      this.coverage.reset()
      return { setting, program: program.slice(0, 2 * LONGEST) }
    }
    let candidate = kept[random.below(kept.length)]
    for (let i = 1 + random.below(4); i > 0; i--) candidate = this.changed(candidate)
    return candidate
  }

  /** Does the program, and keeps it if it reaches anything new. */
  try (candidate) {
    this.programs++
    const features = this.featuresOf(candidate)
    if (features === undefined) return
    const added = [...features].filter(feature => !this.reached.has(feature))
    if (added.length === 0) return
    this.kept.push(this.shortened(candidate, added))
    for (const feature of features) this.reached.add(feature)
  }

  featuresOf ({ setting, program }) {
    const wrong = replay(this.Manager, setting, program)
    const features = this.coverage.take()
    if (wrong === undefined) return features
    this.failure = { setting, program: program.slice(0, wrong.at + 2), problem: wrong.problem }
  }

  /** Leaves parts out as long as it reaches the same of what is new. */
  shortened (candidate, added) {
    let trials = MOST_TRIALS
    for (let part = candidate.program.length; part >= 2; part = 2 * Math.floor(part / 4)) {
      for (let end = candidate.program.length; end > 0 && trials > 0; end -= part, trials--) {
        const program = without(candidate.program, Math.max(0, end - part), end)
        const features = this.featuresOf({ ...candidate, program })
        if (features !== undefined && added.every(feature => features.has(feature))) candidate = { ...candidate, program }
      }
    }
    return candidate
  }

  changed ({ setting, program }) {
    const { random } = this
    const operations = program.length / 2
    const at = 2 * random.below(operations + 1)
    const length = 2 * (1 + random.below(random.below(4) === 0 ? 40 : 4))
    switch (random.below(8)) {
      case 0: return { setting, program: without(program, at, Math.min(at + length, program.length)) }
      case 1: return { setting, program: joined(program.subarray(0, at), program.subarray(at, at + length), program.subarray(at)) }
      case 2: { // a part of another program
        const other = this.kept[random.below(this.kept.length)].program
        const from = 2 * random.below(other.length / 2 + 1)
        return { setting, program: joined(program.subarray(0, at), other.subarray(from, from + 10 * length), program.subarray(at)) }
      }
      case 3: if (random.below(4) === 0) return { setting: { ...setting, fast: !setting.fast }, program } // fall through
      case 4: if (random.below(4) === 0) return { setting: { ...setting, maxSlots: LIMITS[random.below(LIMITS.length)] }, program } // fall through
      case 5: { // another argument
        if (at === program.length) return { setting, program }
        const changed = program.slice()
        changed[at + 1] = random.below(3) > 0 ? Math.min(2147483647, Math.max(0, changed[at + 1] + random.below(5) - 2)) : this.argument(NAMES[changed[at]])
        return { setting, program: changed }
      }
      default: {
        const name = NAMES[random.below(NAMES.length)]
        return { setting, program: joined(program.subarray(0, at), [NUMBERS[name], this.argument(name)], program.subarray(at)) }
      }
    }
  }

  argument (name) {
    const { random } = this
    if (TAKES_ANOTHER.includes(name)) return nest(NAMES[random.below(NAMES.length)], random.below(100))
    switch (random.below(6)) {
      case 0: return random.below(5)
      case 1: return random.below(200)
      case 2: return random.below(1100)
      case 3: return EDGES[random.below(EDGES.length)] + random.below(5) - 2
      case 4: return random.below(40)
      default: return random.below(4) > 0 ? random.below(20) : 2147483647 - random.below(4)
    }
  }

  /**
   * The old and new programs that stay. Counts differ a little between runs of a program. So
   * an old program is removed only if one new program reaches all that the old one reached
   * in its first run and in this one. A new program is added only if it reaches again what
   * no old one reached in either run.
   */
  chosen () {
    const before = new Set()
    for (const [candidate, features] of this.old) {
      for (const feature of this.featuresOf(candidate) || []) features.add(feature)
      for (const feature of features) before.add(feature)
    }
    const added = this.fewest(this.kept.filter(candidate => !this.old.has(candidate)), before)
    const isReplaced = features => added.some(each => [...features].every(feature => each.features.has(feature)))
    const left = [...this.old].filter(([, features]) => !isReplaced(features)).map(([candidate]) => candidate)
    return { corpus: [...left, ...added.map(({ candidate }) => candidate)], added: added.length }
  }

  /**
   * The fewest of the programs that reach what all reach, but for what is reached before: a
   * greedy set cover, from which what others make needless is taken out. Each with its features.
   */
  fewest (programs, before) {
    const all = programs.map(candidate => ({ candidate, features: this.featuresOf(candidate) })).filter(({ features }) => features)
    const reached = new Set(before)
    const chosen = []
    while (true) {
      let best
      let most = 0
      for (const each of all) {
        const added = [...each.features].filter(feature => !reached.has(feature)).length
        if (added > most || (added === most && best && each.candidate.program.length < best.candidate.program.length)) [best, most] = [each, added]
      }
      if (most === 0) break
      chosen.push(best)
      for (const feature of best.features) reached.add(feature)
    }
    const counts = new Map()
    for (const { features } of chosen) for (const feature of features) counts.set(feature, (counts.get(feature) || 0) + 1)
    return chosen.filter(({ features }) => {
      const isNeeded = [...features].some(feature => counts.get(feature) === 1 && !before.has(feature))
      if (!isNeeded) for (const feature of features) counts.set(feature, counts.get(feature) - 1)
      return isNeeded
    })
  }
}

function without (program, start, end) {
  return joined(program.subarray(0, start), program.subarray(end))
}

function joined (...parts) {
  const all = Int32Array.from(parts.flatMap(part => Array.from(part)))
  return all.slice(0, 2 * LONGEST)
}

module.exports = explore
