'use strict'

const FREE = 2 ** 31 - 1 // in place of what a client was told, and higher than any of it
const UNKNOWN = -1 // in place of a place

/**
 * The clients of a fleet and their pools. Client c has the places from c * pool
 * up to (c + 1) * pool, each free or with a connection.
 */
class Clients {
  /**
   * @param {Servers} servers
   * @param {Random} random
   * @param {number} count
   * @param {number} pool how many connections each keeps
   * @param {number} [known] how many servers each knows, some of them twice
   *   perhaps; where not given all there are, and those that join
   * @param {function(number): void} kept is called with each place that has got
   *   a connection
   */
  constructor ({ servers, random, count, pool, known = 0, kept }) {
    this.servers = servers
    this.random = random
    this.count = count
    this.pool = pool
    this.known = known
    this.lists = new Int32Array(count * known)
    for (let i = 0; i < this.lists.length; i++) this.lists[i] = random.below(servers.known)
    this.kept = kept
    const places = count * pool
    this.serverAt = new Int32Array(places)
    this.slotAt = new Int32Array(places)
    this.toldAt = new Int32Array(places).fill(FREE)
    this.worstOf = new Int32Array(count).fill(UNKNOWN) // what `worst` found last
  }

  /** A random server that the client knows, up or not. */
  pick (client) {
    if (this.known === 0) return this.random.below(this.servers.known)
    return this.lists[client * this.known + this.random.below(this.known)]
  }

  /** A free place of the client's; where none is, that with the highest slot. */
  worst (client) {
    if (this.worstOf[client] !== UNKNOWN) return this.worstOf[client]
    const { toldAt } = this
    const start = client * this.pool
    const end = start + this.pool
    let worst = start
    for (let place = start; place < end && toldAt[worst] !== FREE; place++) {
      if (toldAt[place] > toldAt[worst]) worst = place
    }
    this.worstOf[client] = worst
    return worst
  }

  isFree (place) { return this.toldAt[place] === FREE }

  keep (client, place, server, slot, told) {
    this.serverAt[place] = server
    this.slotAt[place] = slot
    this.toldAt[place] = told
    this.worstOf[client] = UNKNOWN
    this.kept(place)
  }

  close (place) {
    this.servers.close(this.serverAt[place], this.slotAt[place])
    this.#free(place)
  }

  /** Notices that all connections to that server are gone. */
  lose (server) {
    for (let place = 0; place < this.toldAt.length; place++) {
      if (this.serverAt[place] === server && !this.isFree(place)) this.#free(place)
    }
  }

  /** How many connections they hold. */
  held () {
    return this.toldAt.reduce((held, told) => held + (told === FREE ? 0 : 1), 0)
  }

  #free (place) {
    this.toldAt[place] = FREE
    this.worstOf[Math.floor(place / this.pool)] = place
  }
}

module.exports = Clients
