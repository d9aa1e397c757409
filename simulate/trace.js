'use strict'

const CHUNK = 2 ** 22 // integers

const START = 0
const GET = 1
const PUT = 2

/**
 * What the slot managers of a fleet were asked, in order, so that the same calls
 * can be made again with nothing in between. A call is an integer, 4 * server +
 * what; PUT is followed by the slot.
 */
class Trace {
  constructor (servers) {
    this.servers = servers
    this.chunks = []
    this.chunk = null
    this.length = CHUNK
    this.calls = 0
  }

  start (server) {
    this.#add(4 * server + START)
  }

  get (server) {
    this.calls++
    this.#add(4 * server + GET)
  }

  put (server, slot) {
    this.calls++
    this.#add(4 * server + PUT)
    this.#add(slot)
  }

  /** As plain data that another thread can read without a copy. */
  get data () {
    const { servers, chunks, calls } = this
    return { servers, chunks, calls, last: this.length }
  }

  #add (integer) {
    if (this.length === CHUNK) {
      this.chunk = new Int32Array(new SharedArrayBuffer(4 * CHUNK))
      this.chunks.push(this.chunk)
      this.length = 0
    }
    this.chunk[this.length++] = integer
  }
}

/**
 * Makes the calls again.
 *
 * @param {object} data of a trace
 * @param {function(): object} newSlots
 * @returns {number} the sum of all slots given: the same for every right manager
 */
function replay ({ servers, chunks, last }, newSlots) {
  const managers = new Array(servers).fill(null)
  let sum = 0
  let server = 0
  let putting = false
  for (const chunk of chunks) {
    const end = chunk === chunks[chunks.length - 1] ? last : CHUNK
    for (let i = 0; i < end; i++) {
      const integer = chunk[i]
      if (putting) {
        managers[server].put(integer)
        putting = false
        continue
      }
      server = integer >> 2
      const what = integer & 3
      if (what === GET) sum += managers[server].get()
      else if (what === PUT) putting = true
      else managers[server] = newSlots()
    }
  }
  return sum
}

module.exports = { Trace, replay }
