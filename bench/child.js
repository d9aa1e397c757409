'use strict'

// A process that measures one contender on one pattern, so that V8 sees nothing else: call
// sites stay monomorphic. The job is the argument and names the file of the program. The
// result goes to standard output. README.md says why this is not left to a benchmark harness.

const { readFileSync } = require('fs')

const job = JSON.parse(process.argv[2])
const { inUse, cuts, timed, calls } = job.program

const NS_PER_MS = 1e6
const WARM_UP = 50 * NS_PER_MS
const LEAST_SAMPLE = 2 * NS_PER_MS // shorter passes are measured together

async function main () {
  const data = readProgram(job.file)
  const create = await require('./contenders/' + job.contender).load()
  const { fresh, run } = require('./patterns/' + job.pattern)

  /** Takes every slot below inUse. */
  function filled () {
    const slots = create()
    for (let i = 0; i < inUse; i++) slots.get()
    return slots
  }

  function prepared () {
    const { managers } = job.program
    return managers === undefined ? filled() : Array.from({ length: managers }, filled)
  }

  let slots = prepared()
  const began = now()

  /** Nanoseconds that a pass took, or undefined if it takes too long. */
  function pass (mayCut) {
    if (fresh) slots = prepared()
    let sum = 0
    let spent = 0
    let before = now()
    for (let i = 0; i + 1 < cuts.length; i++) {
      sum = (sum + run(slots, data, cuts[i], cuts[i + 1])) | 0
      const after = now()
      if (timed === undefined || timed[i]) spent += after - before
      before = after
      if (mayCut && after - began > job.limit * NS_PER_MS) return undefined
    }
    if (sum !== job.program.sum) throw new Error('wrong slots given')
    return spent
  }

  const first = pass(true)
  if (first === undefined) return { cut: job.limit }
  // The beginning of a pass this long is its warm-up.
  if (first > job.long * NS_PER_MS) return { samples: [first / calls] }

  while (now() - began < WARM_UP) pass()

  const samples = []
  const end = now() + job.budget * NS_PER_MS
  while (now() < end || samples.length === 0) {
    let spent = 0
    let passes = 0
    while (spent < LEAST_SAMPLE) {
      spent += pass()
      passes++
    }
    samples.push(spent / passes / calls)
  }
  return { samples }
}

function readProgram (file) {
  const bytes = readFileSync(file)
  const data = new Int32Array(bytes.length / Int32Array.BYTES_PER_ELEMENT)
  Buffer.from(data.buffer).set(bytes)
  return data
}

function now () {
  return Number(process.hrtime.bigint())
}

main()
  .catch(error => ({ wrong: error.message }))
  .then(answer => process.stdout.write(JSON.stringify(answer)))
