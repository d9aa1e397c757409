'use strict'

// The patterns that programs are made of. A pattern runs operations through a recorder. It
// chooses them by the model, never by the manager.

const { NAMES, nest } = require('./operations')
const { ARGUMENTS_OF_FROM, HOSTILE, OPTIONS, RECEIVERS, USES } = require('./values')
const { TABLE } = require('../common/fast-model')

/** Multiples of these are the ends of leaf words and summary words, and of bitmaps that grow. */
const EDGES = [32, 1024, 4096, 32768, 131072]

/** With more slots than this, only the checks between patterns look at all of them. */
const MANY = 50000

function fill (program, random, size) {
  program.getSome(1 + random.below(Math.max(1, 2 * size - program.model.size)))
}

/** Puts a number of slots in use, from a random slot upwards or downwards. */
function drain (program, random, size) {
  const count = 1 + random.below(size)
  const given = program.model.highWater
  if (random.below(2) === 0) {
    for (let slot = random.below(given + 1), i = 0; slot < given && i < count; slot++, i++) {
      if (program.model.has(slot)) program.put(slot)
    }
  } else {
    for (let slot = random.below(given + 1), i = 0; slot >= 0 && i < count; slot--, i++) {
      if (program.model.has(slot)) program.put(slot)
    }
  }
}

/** Puts slots at random, then takes as many again. */
function wave (program, random, size) {
  const count = 1 + random.below(Math.min(size, program.model.size + 1))
  let put = 0
  for (let i = 0; i < count; i++) if (program.putAny(random)) put++
  program.getSome(put - random.below(3))
}

function churn (program, random) {
  const count = 1 + random.below(300)
  for (let i = 0; i < count; i++) {
    program.putAny(random)
    program.get()
  }
}

function drift (program, random, size) {
  const count = 1 + random.below(1000)
  const around = 1 + random.below(Math.min(size, program.model.maxSlots))
  for (let i = 0; i < count; i++) {
    if (random.below(around + program.model.size) < around) program.get()
    else program.putAny(random)
  }
}

/** Puts the slots given last, and gets them again. */
function lifo (program, random) {
  const depth = 1 + random.below(50)
  const rounds = 1 + random.below(20)
  const slots = []
  for (let i = 0; i < rounds; i++) {
    while (slots.length < depth) {
      const slot = program.get()
      if (slot === undefined) break
      slots.push(slot)
    }
    const left = random.below(slots.length + 1)
    while (slots.length > left) program.put(slots.pop())
  }
}

/** Makes 8 to 40 runs of free slots, in one of four orders; gets some of these slots. */
function runs (program, random) {
  const count = 8 + random.below(33)
  const stride = 2 + random.below(6)
  const length = 1 + random.below(stride - 1)
  const from = random.below(Math.max(1, program.model.highWater - count * stride))
  const order = Array.from({ length: count }, (_, i) => i)
  const kind = random.below(4)
  if (kind === 1) order.reverse()
  if (kind === 2) random.shuffle(order)
  if (kind === 3) order.sort((a, b) => Math.abs(a - count / 2) - Math.abs(b - count / 2))
  for (const i of order) {
    for (let j = 0; j < length; j++) program.putIfInUse(from + i * stride + j)
  }
  program.getSome(random.below(count * length))
}

/**
 * Puts slots around the ends of the lowest free runs: beside, between and in them, so that
 * runs grow, join and split; and gets slots.
 */
function boundaries (program, random) {
  const { model } = program
  for (let i = 1 + random.below(20); i > 0; i--) {
    const ends = [] // of the lowest runs: where each starts and ends
    const wanted = 2 * (1 + random.below(45))
    for (let slot = model.lowest; ends.length < wanted && slot < model.highWater;) {
      const start = model.nextFree(slot)
      if (start >= model.highWater) break
      const next = model.nextInUse(start)
      ends.push(start, next === undefined ? model.highWater : next)
      if (next === undefined) break
      slot = next
    }
    if (ends.length === 0) {
      runs(program, random)
      continue
    }
    for (let j = random.below(24); j > 0; j--) {
      const end = random.below(3) === 0 ? ends[ends.length - 1 - random.below(Math.min(4, ends.length))] : ends[random.below(ends.length)]
      const slot = end + random.below(6) - 3
      if (slot >= 0) program.putMostlyIfInUse(slot, random)
      if (random.below(4) === 0) program.get()
    }
    program.getSome(random.below(6))
  }
}

/** Makes free runs that begin or end at the end of a leaf word or a summary word. */
function edges (program, random) {
  const step = EDGES[random.below(EDGES.length)]
  const given = program.model.highWater
  for (let i = 1 + random.below(12); i > 0; i--) {
    const edge = step * random.below(given / step + 2)
    const from = edge - random.below(3) - (random.below(8) === 0 ? step : 0)
    const to = edge + random.below(3) + (random.below(8) === 0 ? 32 : 0)
    if (random.below(2) === 0) for (let slot = from; slot < to; slot++) program.putIfInUse(slot)
    else for (let slot = to; slot >= from; slot--) program.putIfInUse(slot)
    if (random.below(3) === 0 && edge < program.model.maxSlots) program.do('reserve', edge)
  }
  program.getSome(random.below(40))
}

/**
 * Fills all holes, so that the bitmap is empty. Then puts a few slots from all over it, and
 * takes them again.
 */
function sparse (program, random) {
  const { model } = program
  if (model.highWater - model.size > MANY) return
  program.getSome(model.highWater - model.size)
  for (let i = 1 + random.below(5); i > 0; i--) {
    const count = 1 + random.below(60)
    const step = EDGES[random.below(EDGES.length)]
    for (let j = 0; j < count; j++) {
      const slot = random.below(model.highWater + 1)
      program.putIfInUse(random.below(3) > 0 ? slot : Math.max(0, step * Math.floor(slot / step) - random.below(2)))
    }
    program.getSome(count)
  }
}

/** Puts and gets slots around the high-water mark, where the bitmap may end. */
function top (program, random) {
  const { model } = program
  for (let i = 1 + random.below(60); i > 0; i--) {
    const slot = model.highWater - 1 - random.below(random.below(2) === 0 ? 3 : 70)
    const kind = random.below(10)
    if (kind < 5) program.putIfInUse(slot)
    else if (kind < 9) program.get()
    else program.put(Math.max(0, Math.min(slot + random.below(80), 2147483646)))
  }
}

/** Takes slots up to the limit and tries one more. If the limit is far away, takes many. */
function brim (program, random, size) {
  const { model } = program
  if (model.maxSlots > 4 * size) return fill(program, random, size)
  program.getSome(model.maxSlots)
  for (let i = random.below(40); i > 0; i--) {
    for (let j = 1 + random.below(3); j > 0; j--) program.putAny(random)
    program.getSome(random.below(4))
  }
}

/** Reserves single slots: low ones, around the end of the bitmap, and far above it. */
function reserve (program, random, size) {
  const { maxSlots, highWater } = program.model
  const reach = Math.min(highWater + size, 4 * size)
  const far = [maxSlots - 1, maxSlots - 2, 2000000000, 2000000001, 1000000000 + random.below(100), TABLE + random.below(10)]
  const base = random.below(reach)
  for (let i = 1 + random.below(40); i > 0; i--) {
    const kind = random.below(20)
    let slot = base + random.below(1 + 2 * i)
    if (kind < 5) slot = random.below(reach)
    if (kind === 5) slot = far[random.below(far.length)]
    if (kind === 6) slot = maxSlots
    if (slot < 0 || slot > 2147483647 || (slot >= maxSlots && kind !== 6)) continue
    program.do('reserve', slot)
    if (random.below(6) === 0) program.get()
    if (random.below(6) === 0 && slot < 2147483647) program.put(slot)
  }
}

function leases (program, random) {
  const names = []
  for (let i = 1 + random.below(30); i > 0; i--) {
    const kind = random.below(8)
    if (kind < 3) {
      names.push(program.newName())
      program.do('lease', names[names.length - 1])
    } else if (kind > 5) {
      const slot = random.below(50) === 0 ? program.model.maxSlots : random.below(Math.min(program.model.highWater + 3, program.model.maxSlots))
      program.do(kind === 6 ? 'leaseSlot' : 'adoptSlot', slot)
      if (random.below(2) === 0) names.push(slot)
    } else if (kind < 5 && names.length > 0) {
      program.do('release', names[random.below(names.length)]) // some of them twice
    } else {
      program.putAny(random) // some of them leased
    }
  }
}

function iterations (program, random) {
  if (program.model.highWater > MANY) return
  const name = program.newName()
  program.do('iterate', name)
  mixed(program, random)
  program.do('iterateOn', name)
}

function hostile (program, random) {
  for (let i = 1 + random.below(8); i > 0; i--) {
    program.do(['putHostile', 'reserveHostile', 'hasHostile', 'leaseHostile', 'adoptHostile'][random.below(5)], random.below(HOSTILE.length))
    if (random.below(8) === 0) program.do('minusZero', random.below(5))
    if (random.below(4) === 0) program.put(program.model.nextFree(program.model.lowest + random.below(50)))
    if (random.below(4) === 0) program.get()
  }
}

function mixed (program, random) {
  const around = program.model.highWater + 3
  for (let i = 1 + random.below(50); i > 0; i--) {
    const kind = random.below(8)
    if (kind < 3) program.get()
    else if (kind < 6) program.putAny(random)
    else if (kind === 6) program.do('has', random.below(around))
    else program.do('peek', 0)
  }
}

function rebuild (program, random) {
  if (program.model.highWater > MANY || random.below(4) === 0) program.do('clear', 0)
  else if (random.below(3) > 0) program.do('rebuild', 0)
  else program.do('rebuildWithin', Math.min(program.model.highWater + random.below(40), 2147483647))
}

/** Constructors, states, options and receivers, right and wrong. */
function wrong (program, random) {
  for (let i = 1 + random.below(6); i > 0; i--) {
    const kind = random.below(10)
    if (kind < 3) program.do('construct', random.below(OPTIONS.length))
    else if (kind < 6) program.do('construction', random.below(ARGUMENTS_OF_FROM.length))
    else if (kind < 9) program.do('receiver', random.below(USES.length * RECEIVERS.length))
    else program.do('restart', random.below(3) > 0 ? OPTIONS.length - 1 - random.below(19) : random.below(OPTIONS.length))
  }
}

/** What a listener or an overridden method may do. Most slots are near those in use. */
function inner (program, random) {
  const { model } = program
  const name = NAMES[random.below(NAMES.indexOf('restart'))]
  if (model.highWater > MANY && ['iterate', 'look', 'rebuild', 'rebuildWithin'].includes(name)) return ['get', 0]
  return [name, random.below(Math.min(model.highWater + 3, 100000))]
}

/** Calls that are refused, with listeners that call, throw or are not there; leases whose calls are overridden. */
function listeners (program, random) {
  const names = []
  for (let i = 1 + random.below(12); i > 0; i--) {
    const kind = random.below(8)
    if (kind < 3) {
      program.do('reenter', nest(...inner(program, random)))
    } else if (kind === 3) {
      program.do('throwNext', 0)
    } else if (kind === 4) {
      program.do('unheard', nest(...inner(program, random)))
      continue
    } else {
      program.do('overrideNext', nest(...inner(program, random)))
      if (names.length > 0 && random.below(2) === 0) {
        program.do('release', names[random.below(names.length)])
      } else {
        names.push(program.newName())
        program.do('lease', names[names.length - 1])
      }
    }
    const free = program.model.nextFree(program.model.lowest)
    if (random.below(4) === 0 && program.model.maxSlots < 300) program.getSome(300)
    else if (random.below(3) === 0) program.do('putHostile', random.below(HOSTILE.length))
    else if (free < 2147483647) program.put(free)
  }
}

/** The patterns, each as often as its share. */
const PATTERNS = [
  [fill, 6], [drain, 6], [wave, 6], [churn, 8], [drift, 8], [lifo, 6], [runs, 12], [boundaries, 20], [edges, 8], [sparse, 8],
  [top, 8], [brim, 3], [reserve, 3], [leases, 4], [iterations, 2], [hostile, 4], [mixed, 4], [rebuild, 2], [wrong, 2], [listeners, 3]
].flatMap(([pattern, share]) => new Array(share).fill(pattern))

module.exports = { PATTERNS }
