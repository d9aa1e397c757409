'use strict'

// node bench/packet-ids.js: three allocators of identifiers from 1 to 65,535, as for MQTT.
// Each figure is the median of interleaved rounds, each in a process of its own.

const { execFileSync } = require('child_process')
const { describe, machine } = require('../common/machine')
const { integer, readOptions } = require('../common/options')
const { median } = require('../common/statistics')
const { table } = require('../common/table')

const IN_FLIGHT = [20, 30_000]
const PAIRS = 2_000_000
const SLOW_PAIRS = 20_000 // if a pair takes more than 10 µs

/** The simplest allocator that a program would have of its own. */
class SetIds {
  constructor (min, max) {
    this.max = max
    this.used = new Set()
    this.lowest = min // low-water mark: no id below is vacant
  }

  alloc () {
    while (this.used.has(this.lowest)) this.lowest++
    if (this.lowest > this.max) return null
    this.used.add(this.lowest)
    return this.lowest++
  }

  free (id) {
    if (this.used.delete(id) && id < this.lowest) this.lowest = id
  }
}

const contenders = {
  'examples/packet-ids.js': () => require('../examples/packet-ids'),
  'number-allocator': () => require('number-allocator').NumberAllocator,
  'a Set with a low-water mark': () => SetIds
}

const orders = {
  oldest: (i, inFlight) => i % inFlight,
  random (i, inFlight) {
    // Marsaglia's xorshift; the same in every process.
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    return (this.state >>> 0) % inFlight
  },
  state: 2463534242
}

/** Nanoseconds for one free() and one alloc(). */
function measure (name, inFlight, order) {
  const Ids = contenders[name]()
  const ids = new Ids(1, 65535)
  const used = []
  for (let i = 0; i < inFlight; i++) used.push(ids.alloc())
  const run = pairs => {
    const began = process.hrtime.bigint()
    for (let i = 0; i < pairs; i++) {
      const place = orders[order](i, inFlight)
      ids.free(used[place])
      used[place] = ids.alloc()
    }
    return Number(process.hrtime.bigint() - began) / pairs
  }
  const first = run(SLOW_PAIRS)
  return first > 10_000 ? first : (run(PAIRS), run(PAIRS))
}

function main () {
  const [, , first, job] = process.argv
  if (first === '--child') return console.log(measure(...JSON.parse(job))) // started below
  const { rounds } = readOptions('node bench/packet-ids.js [options]', { rounds: integer(1, 99, 'rounds of each', { standard: 5 }) })

  const cases = IN_FLIGHT.flatMap(inFlight => ['oldest', 'random'].map(order => ({ inFlight, order })))
  const figures = cases.map(() => Object.fromEntries(Object.keys(contenders).map(name => [name, []])))
  for (let round = 0; round < rounds; round++) {
    for (const [i, { inFlight, order }] of cases.entries()) {
      for (const name of Object.keys(contenders)) {
        figures[i][name].push(Number(execFileSync(process.execPath, [__filename, '--child', JSON.stringify([name, inFlight, order])])))
      }
    }
  }
  console.log(table([
    ['ns for a free() and an alloc()', ...Object.keys(contenders)],
    ...cases.map(({ inFlight, order }, i) => [
      `${inFlight.toLocaleString('en')} in flight, the ${order === 'oldest' ? 'oldest' : 'a random'} one freed`.replace('the a', 'a'),
      ...Object.values(figures[i]).map(all => median(all).toFixed(0))
    ])
  ]).join('\n'))
  console.log('\n' + describe(machine()))
}

main()
