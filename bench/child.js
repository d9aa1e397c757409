'use strict'

// A process that measures one contender, so that V8 sees nothing else: call sites stay
// monomorphic. The job arrives as a message, and the answer leaves as one: for each pattern
// or call the `samples`, ns for a call; or after how many ms it was `cut`; or what is `wrong`.

const { rows } = require('./calls')
const contenders = require('./contenders')
const { runs } = require('./patterns')

const WARM_UP = 50 // ms

class Cut extends Error {}

process.once('message', async job => {
  const answer = {}
  const Slots = await contenders[job.load].load(job.home)
  for (const id of job.ids) {
    answer[id] = await (job.program ? attempt(job, Slots, patternPass) : attempt({ ...job, ...rows[id] }, Slots, callPass))
  }
  process.send(answer, () => process.disconnect())
})

async function attempt (job, Slots, prepare) {
  try {
    return { samples: await sample(job, ...prepare(job, Slots)) }
  } catch (error) {
    return error instanceof Cut ? { cut: job.limit } : { wrong: error.message }
  }
}

function patternPass ({ program, limit }, Slots) {
  const { fresh, inUse, parts, sum: expected } = program
  const run = runs[program.run]

  function filled () {
    const slots = new Slots()
    for (let i = 0; i < inUse; i++) slots.get()
    return slots
  }

  let slots = filled()
  let deadline = performance.now() + limit // of the first pass only

  function pass () {
    let sum = 0
    for (const part of parts) {
      sum = (sum + run(slots, part)) | 0
      if (performance.now() > deadline) throw new Cut()
    }
    if (sum !== expected) throw new Error('wrong slots given')
  }

  pass()
  deadline = Infinity
  return [pass, fresh ? () => { slots = filled() } : undefined]
}

function callPass ({ expected, prepare }, Slots) {
  const [pass, before] = prepare(Slots)
  global.gc() // twice: what is left then is old
  global.gc()
  return [() => {
    const answer = pass()
    if (answer !== expected) throw new Error(`returned ${answer}, not ${expected}`)
  }, before]
}

/** Nanoseconds for a call in each of the passes that fit into the budget, ms. */
async function sample ({ budget, calls }, pass, beforeEach) {
  const { Bench } = await import('tinybench')
  const bench = new Bench({ warmupTime: WARM_UP, warmupIterations: 1, time: budget, iterations: 1, retainSamples: true, throws: true })
  bench.add('pass', pass, { async: false, beforeEach })
  bench.runSync()
  return bench.tasks[0].result.latency.samples.map(ms => Number((ms * 1e6 / calls).toPrecision(4)))
}
