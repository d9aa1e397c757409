'use strict'

const { NAMES, HOSTILE, replay, withoutTraces } = require('./operations')

/**
 * A program that goes wrong too, and is as short as leaving out parts of it
 * makes it, with arguments as low: delta debugging (Zeller and Hildebrandt, 2002).
 *
 * @returns {{setting: object, program: Int32Array, problem: string}|undefined}
 *   undefined where the program does not go wrong again
 */
function shrink (Manager, failure, seconds = 60) {
  return withoutTraces(() => shrinkUntil(Manager, failure, Date.now() + seconds * 1000))
}

function shrinkUntil (Manager, failure, deadline) {
  let best

  /** Takes the candidate for the best, up to where it goes wrong, if it does. */
  function goesWrong (setting, program) {
    const wrong = replay(Manager, setting, program)
    if (wrong === undefined) return false
    best = { setting, program: program.slice(0, wrong.at + 2), problem: wrong.problem }
    return true
  }

  function leaveOut () {
    for (let part = best.program.length; part >= 2; part = 2 * Math.floor(part / 4)) {
      const step = part <= 8 ? 2 : part // a put and a get, wherever they are
      for (let end = best.program.length; end > 0 && Date.now() < deadline; end -= step) {
        end = Math.min(end, best.program.length)
        const start = Math.max(0, end - part)
        // What is left is what was left at the last step, as among many get().
        if (step === 2 && isSame(best.program, start, end)) continue
        goesWrong(best.setting, without(best.program, start, end))
      }
    }
  }

  /** Whether anything could be lowered. */
  function lower () {
    let lowered = false
    for (let i = 1; i < best.program.length; i += 2) {
      for (let step = best.program[i]; step > 0 && Date.now() < deadline; step = Math.floor(step / 2)) {
        if (i >= best.program.length || step > best.program[i]) continue
        const program = best.program.slice()
        program[i] -= step
        if (goesWrong(best.setting, program)) lowered = true
      }
    }
    return lowered
  }

  if (!goesWrong(failure.setting, failure.program)) return undefined
  goesWrong({ ...best.setting, fast: true }, best.program)
  goesWrong({ ...best.setting, maxSlots: 2147483647 }, best.program)
  do leaveOut()
  while (lower() && Date.now() < deadline)
  return best
}

/** Whether the same is done at both places. */
function isSame (program, i, j) {
  return program[i] === program[j] && program[i + 1] === program[j + 1]
}

function without (program, start, end) {
  const rest = new Int32Array(program.length - (end - start))
  rest.set(program.subarray(0, start))
  rest.set(program.subarray(end), start)
  return rest
}

const SOURCES = {
  get: () => 'slots.get()',
  put: slot => `slots.put(${slot})`,
  peek: () => 'slots.peek()',
  has: slot => `slots.has(${slot})`,
  reserve: slot => `slots.reserve(${slot})`,
  lease: name => `leases[${name}] = slots.lease()`,
  release: name => `if (leases[${name}]) leases[${name}].release()`,
  leaseSlot: slot => `leases[${slot}] = slots.lease(${slot})`,
  adoptSlot: slot => `leases[${slot}] = slots.adopt(${slot})`,
  clear: () => 'slots.clear()',
  iterate: name => `iterators[${name}] = slots.values(); iterators[${name}].next()`,
  iterateOn: name => `if (iterators[${name}]) Array.from(iterators[${name}])`,
  look: () => 'console.log(slots)',
  rebuild: () => 'slots = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots))).on(\'error\', report)',
  putHostile: i => `slots.put(${HOSTILE[i]})`,
  reserveHostile: i => `slots.reserve(${HOSTILE[i]})`,
  hasHostile: i => `slots.has(${HOSTILE[i]})`
}

const REPEATABLE = ['get', 'put', 'reserve', 'has']

/** The program as JavaScript that can be pasted; the last call is the wrong one. */
function print ({ setting, program, problem }) {
  const options = setting.maxSlots === 2147483647 ? '' : `{ maxSlots: ${setting.maxSlots} }`
  const off = "CallosumServerSlots[Symbol.for('callosum-server-slots.internals')].withoutFastPaths"
  const lines = [
    "const CallosumServerSlots = require('callosum-server-slots')",
    'const report = error => console.log(error.message)',
    `let slots = new CallosumServerSlots(${options}).on('error', report)`
  ]
  const names = Array.from({ length: program.length / 2 }, (_, i) => NAMES[program[2 * i]])
  const uses = (...some) => names.some(name => some.includes(name))
  if (!uses('rebuild')) lines[2] = lines[2].replace('let', 'const')
  if (!setting.fast) lines.push(`${off}(slots)`)
  if (uses('lease', 'leaseSlot', 'adoptSlot')) lines.push('const leases = []')
  if (uses('iterate')) lines.push('const iterators = []')
  const last = names.length - 1
  for (let i = 0; i < last;) {
    const end = Math.min(endOfSeries(program, names, i), last)
    lines.push(end - i < 3 ? SOURCES[names[i]](program[2 * i + 1]) : loop(program, names, i, end))
    if (names[i] === 'rebuild' && !setting.fast) lines.push(`${off}(slots)`)
    i = end - i < 3 ? i + 1 : end
  }
  const call = SOURCES[names[last]](program[2 * last + 1])
  lines.push(names[last] === 'look' ? call : `console.log(${call.replace(/^if \(.*?\) /, '')})`)
  lines[lines.length - 1] += ` // ${problem.split('\n')[0]}`
  return lines.join('\n')
}

/** Where the same operation ends to be done with arguments at the same distance. */
function endOfSeries (program, names, i) {
  if (!REPEATABLE.includes(names[i])) return i + 1
  const argument = j => program[2 * j + 1]
  let end = i + 1
  while (end < names.length && names[end] === names[i] && argument(end) - argument(end - 1) === argument(i + 1) - argument(i)) end++
  return end
}

function loop (program, names, i, end) {
  const first = program[2 * i + 1]
  const step = program[2 * i + 3] - first
  if (names[i] === 'get' || step === 0) return `for (let i = 0; i < ${end - i}; i++) ${SOURCES[names[i]](first)}`
  const last = program[2 * end - 1]
  const [bound, advance] = step > 0 ? ['<=', `slot += ${step}`] : ['>=', `slot -= ${-step}`]
  return `for (let slot = ${first}; slot ${bound} ${last}; ${advance}) ${SOURCES[names[i]]('slot')}`
}

module.exports = { shrink, print }
