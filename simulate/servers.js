'use strict'

const DOWN = -1 // in place of a slot

/** The servers of a fleet, each with a slot manager. */
class Servers {
  /**
   * @param {function(): object} newSlots makes a slot manager
   * @param {number} count
   * @param {number} [spare] further ones, which nobody knows until they join
   * @param {number[]} [weights] how strong each is: a server of weight 2 tells
   *   half the slot, so that it looks half as busy
   * @param {Trace} [trace] where to record the calls of the managers
   */
  constructor ({ newSlots, count, spare = 0, weights, trace = null }) {
    this.newSlots = newSlots
    this.trace = trace
    this.weights = weights === undefined ? null : Float64Array.from(weights)
    this.managers = []
    this.loads = new Int32Array(count + spare) // connections open
    this.known = 0 // the servers that clients may pick: the first so many
    this.opened = 0
    this.closed = 0
    this.refused = 0
    for (let server = 0; server < count + spare; server++) this.managers.push(null)
    for (let server = 0; server < count; server++) this.join()
  }

  /** Starts a spare server, and lets clients know it. */
  join () {
    this.start(this.known++)
  }

  isUp (server) { return this.managers[server] !== null }

  /** A started server has no connections, and gives slots from 0. */
  start (server) {
    if (this.isUp(server)) throw new Error(`Server ${server} is up already`)
    if (this.trace !== null) this.trace.start(server)
    this.managers[server] = this.newSlots()
  }

  /** Its connections are gone: whoever holds them has to be told. */
  stop (server) {
    this.closed += this.loads[server]
    this.loads[server] = 0
    this.managers[server] = null
  }

  /** Opens a connection; returns its slot, or DOWN. */
  open (server) {
    const manager = this.managers[server]
    if (manager === null) {
      this.refused++
      return DOWN
    }
    if (this.trace !== null) this.trace.get(server)
    this.opened++
    this.loads[server]++
    return manager.get()
  }

  close (server, slot) {
    if (this.trace !== null) this.trace.put(server, slot)
    this.closed++
    this.loads[server]--
    this.managers[server].put(slot)
  }

  /** What the client is told in place of the slot. */
  told (server, slot) {
    return this.weights === null ? slot : Math.floor(slot / this.weights[server])
  }
}

module.exports = { DOWN, Servers }
