'use strict'

const { DOWN } = require('./servers')

// What a client does each time that its roving interval is over. All of them
// open connections at these times only, so that they differ in nothing else.

const policies = {
  /**
   * Callosum: connects to a random server, and keeps the connection if the pool
   * has room or if its slot is lower than the highest in the pool, which it
   * then replaces.
   */
  lowest (clients, servers, client) {
    const server = clients.pick(client)
    const slot = servers.open(server)
    if (slot === DOWN) return
    const place = clients.worst(client)
    const told = servers.told(server, slot)
    if (told >= clients.toldAt[place]) return servers.close(server, slot) // a free place is higher
    if (!clients.isFree(place)) clients.close(place)
    clients.keep(client, place, server, slot, told)
  },

  /** Connects to a random server while the pool has room; replaces nothing. */
  random (clients, servers, client) {
    const place = clients.worst(client)
    if (!clients.isFree(place)) return
    const server = clients.pick(client)
    const slot = servers.open(server)
    if (slot !== DOWN) clients.keep(client, place, server, slot, servers.told(server, slot))
  },

  /**
   * Power of two choices: while the pool has room, connects to two servers and
   * keeps the one that gave the lower slot; replaces nothing.
   */
  two (clients, servers, client) {
    const place = clients.worst(client)
    if (!clients.isFree(place)) return
    const a = clients.pick(client)
    const b = clients.pick(client)
    const slotOfA = servers.open(a)
    const slotOfB = servers.open(b)
    if (slotOfA === DOWN && slotOfB === DOWN) return
    const toldByA = slotOfA === DOWN ? Infinity : servers.told(a, slotOfA)
    const toldByB = slotOfB === DOWN ? Infinity : servers.told(b, slotOfB)
    if (toldByA <= toldByB) {
      if (slotOfB !== DOWN) servers.close(b, slotOfB)
      clients.keep(client, place, a, slotOfA, toldByA)
    } else {
      if (slotOfA !== DOWN) servers.close(a, slotOfA)
      clients.keep(client, place, b, slotOfB, toldByB)
    }
  }
}

module.exports = policies
