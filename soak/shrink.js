'use strict'

const { NAMES, NUMBERS, TAKES_ANOTHER, nested, replay, withoutTraces } = require('./operations')
const { ARGUMENTS_OF_FROM, HOSTILE, OPTIONS, RECEIVERS, USES } = require('./values')

/**
 * Shortens a program that fails, by leaving out parts and lowering arguments: delta debugging
 * (Zeller and Hildebrandt, 2002).
 *
 * @returns {{setting: object, program: Int32Array, problem: string}|undefined}
 *   undefined if the program does not fail again
 */
function shrink (Manager, failure, seconds = 60) {
  return withoutTraces(() => shrinkUntil(Manager, failure, Date.now() + seconds * 1000))
}

function shrinkUntil (Manager, failure, deadline) {
  let best

  /** If the candidate fails, makes it the best one, up to its failure. */
  function keepIfWrong (setting, program) {
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
        // The rest is the same as at the last step, as among many get().
        if (step === 2 && isSame(best.program, start, end)) continue
        keepIfWrong(best.setting, without(best.program, start, end))
      }
    }
  }

  /** Lowers arguments; returns whether it could lower any. */
  function lower () {
    let lowered = false
    for (let i = 1; i < best.program.length; i += 2) {
      for (let step = best.program[i]; step > 0 && Date.now() < deadline; step = Math.floor(step / 2)) {
        if (i >= best.program.length || step > best.program[i]) continue
        const program = best.program.slice()
        program[i] -= step
        if (keepIfWrong(best.setting, program)) lowered = true
      }
    }
    return lowered
  }

  /** Puts simpler operations in the place of others. */
  function simplify () {
    for (let i = 0; i < best.program.length && Date.now() < deadline; i += 2) {
      const [number, argument] = best.program.subarray(i, i + 2)
      const simpler = simplerThan(NAMES[number], argument)
      if (simpler === undefined) continue
      const program = best.program.slice()
      program.set([NUMBERS[simpler[0]], simpler[1]], i)
      keepIfWrong(best.setting, program)
    }
  }

  if (!keepIfWrong(failure.setting, failure.program)) return undefined
  keepIfWrong({ ...best.setting, fast: true }, best.program)
  keepIfWrong({ ...best.setting, maxSlots: 2147483647 }, best.program)
  leaveOut()
  simplify()
  do leaveOut()
  while (lower() && Date.now() < deadline)
  return best
}

/** A simpler operation for the same place, such as the one that a listener or an overridden method does. */
function simplerThan (name, argument) {
  if (TAKES_ANOTHER.includes(name)) return nested(argument)
  if (name === 'lease') return ['get', 0]
  if (name === 'leaseSlot') return ['reserve', argument]
}

/** Whether both places have the same operation. */
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
  getMany: count => `Array.from({ length: ${count % 5000} }, () => slots.get()).pop()`,
  put: slot => `slots.put(${slot})`,
  putEvery: n => `Array.from(slots)${Math.floor(n / 100) % 2 === 1 ? '.reverse()' : ''}.filter((_, i) => i % ${1 + n % 100} === 0).forEach(slot => slots.put(slot))`,
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
  rebuildWithin: maxSlots => `slots = CallosumServerSlots.from(JSON.parse(JSON.stringify(slots)), { maxSlots: ${maxSlots} }).on('error', report)`,
  minusZero: i => ['slots.put(-0)', 'slots.reserve(-0)', 'slots.has(-0)', 'leases[0] = slots.lease(-0)', 'leases[0] = slots.adopt(-0)'][i % 5],
  putHostile: i => `slots.put(${entry(HOSTILE, i)})`,
  reserveHostile: i => `slots.reserve(${entry(HOSTILE, i)})`,
  hasHostile: i => `slots.has(${entry(HOSTILE, i)})`,
  leaseHostile: i => `slots.lease(${entry(HOSTILE, i)})`,
  adoptHostile: i => `slots.adopt(${entry(HOSTILE, i)})`,
  construct: i => `new CallosumServerSlots(${entry(OPTIONS, i)})`,
  restart: i => `CallosumServerSlots.call(slots, ${entry(OPTIONS, i)})`,
  construction: i => `CallosumServerSlots.from(${entry(ARGUMENTS_OF_FROM, i).slice(1, -1)})`,
  receiver: i => `/* ${USES[i % USES.length].name} of ${RECEIVERS[Math.floor(i / USES.length) % RECEIVERS.length]} */`,
  reenter: n => `react = () => { ${inner(n)} }`,
  throwNext: () => "react = () => { throw new Error('planted') }",
  unheard: n => `slots.removeAllListeners('error'); try { ${inner(n)} } catch (_) {} slots.on('error', report)`,
  overrideNext: n => `override = () => { ${inner(n)} }`
}

function entry (table, i) {
  return table[i % table.length][0]
}

/** The source of an operation that is another one's argument. */
function inner (n) {
  const [name, argument] = nested(n)
  return SOURCES[name](argument)
}

const REPEATABLE = ['get', 'put', 'reserve', 'has']

/** The program as JavaScript that can be pasted. The last call is the one that fails. */
function print ({ setting, program, problem }) {
  const options = setting.maxSlots === 2147483647 ? '' : `{ maxSlots: ${setting.maxSlots} }`
  const off = "CallosumServerSlots[Symbol.for('callosum-server-slots.internals')].withoutFastPaths"
  const lines = [
    "const CallosumServerSlots = require('callosum-server-slots')",
    'const report = error => console.log(error.message)',
    `let slots = new CallosumServerSlots(${options}).on('error', report)`
  ]
  const names = Array.from({ length: program.length / 2 }, (_, i) => NAMES[program[2 * i]])
  const all = new Set(names)
  for (let i = 0; i < names.length; i++) {
    for (let [name, argument] = [names[i], program[2 * i + 1]]; TAKES_ANOTHER.includes(name); all.add(name)) [name, argument] = nested(argument)
  }
  const uses = (...some) => some.some(name => all.has(name))
  if (uses('reenter', 'throwNext')) {
    lines[1] = 'let react = () => {}\nconst next = () => { const act = react; react = () => {}; act() }\nconst report = error => { console.log(error.message); next() }'
    lines[2] += ".on('full', next)"
  }
  if (!uses('rebuild', 'rebuildWithin')) lines[2] = lines[2].replace('let', 'const')
  if (!setting.fast) lines.push(`${off}(slots)`)
  if (uses('overrideNext')) {
    lines.push('let override = () => {}', "for (const name of ['get', 'put']) {",
      '  slots[name] = slot => { const act = override; override = () => {}; act(); return CallosumServerSlots.prototype[name].call(slots, slot) }', '}')
  }
  if (uses('lease', 'leaseSlot', 'adoptSlot', 'minusZero')) lines.push('const leases = []')
  if (uses('iterate')) lines.push('const iterators = []')
  const last = names.length - 1
  for (let i = 0; i < last;) {
    const end = Math.min(endOfSeries(program, names, i), last)
    lines.push(end - i < 3 ? SOURCES[names[i]](program[2 * i + 1]) : loop(program, names, i, end))
    if (['rebuild', 'rebuildWithin', 'restart'].includes(names[i]) && !setting.fast) lines.push(`${off}(slots)`)
    i = end - i < 3 ? i + 1 : end
  }
  const call = SOURCES[names[last]](program[2 * last + 1])
  const isStatement = names[last] === 'look' || /;|^\/\*/.test(call)
  lines.push(isStatement ? call : `console.log(${call.replace(/^if \(.*?\) /, '')})`)
  lines[lines.length - 1] += ` // ${problem.split('\n')[0]}`
  return lines.join('\n')
}

/** The end of a series of the same operation, with arguments at the same distance. */
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
