'use strict'

// How long the slot managers of a run took.
//
// A call takes some ten nanoseconds and reading the clock twice takes more, so
// calls cannot be timed one by one. The run records what it asks its managers,
// and the same calls are made again in the same order, by themselves, and timed
// as a whole. What the loop takes is measured with a manager that does nothing,
// and taken off. Each manager has a thread of its own, where the compiler has
// seen no other. Times are of the processor, so that other programs do not count.

const { Worker, isMainThread, parentPort, workerData } = require('worker_threads')

const managers = require('./managers')
const { replay } = require('./trace')

const TIMES = 2 // at least
const ENOUGH = 300 // milliseconds in all, so that a short trace too meets compiled code

/** Milliseconds, the least of several times, and the sum of all slots given. */
function timeOf (manager, data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { manager, data } })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** What each manager takes for the calls of a trace: milliseconds, and the sum of the slots that it gave. */
async function timeTrace (trace, names, onProgress = () => {}) {
  const idle = await timeOf('nothing', trace.data)
  const times = {}
  for (const [i, name] of names.entries()) {
    onProgress((i + 0.5) / names.length)
    const { time, sum } = await timeOf(name, trace.data)
    times[name] = { time: Math.max(0, time - idle.time), sum }
  }
  return times
}

function main () {
  const { manager, data } = workerData
  let time = Infinity
  let total = 0
  let sum
  for (let i = 0; i < TIMES || total < ENOUGH; i++) {
    const began = process.cpuUsage()
    sum = replay(data, managers[manager])
    const { user, system } = process.cpuUsage(began)
    total += (user + system) / 1000
    time = Math.min(time, (user + system) / 1000)
  }
  parentPort.postMessage({ time, sum })
}

if (isMainThread) module.exports = { timeTrace }
else main()
