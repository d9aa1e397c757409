'use strict'

const CallosumServerSlots = require('..')
const Random = require('../common/random')
const Clients = require('./clients')
const Events = require('./events')
const policies = require('./policies')
const { Servers } = require('./servers')

const SHAPE = 1.5 // of the Pareto distribution: finite mean, infinite variance

/** How long a connection lives, in seconds, if it is not replaced before. */
const lifetimes = {
  exponential: (random, mean) => mean * random.exponential(),
  pareto: (random, mean) => mean * random.pareto(SHAPE),
  endless: () => Infinity
}

const packageSlots = () => new CallosumServerSlots()

/** A fleet of servers and clients, in simulated time (seconds). */
class Fleet {
  /**
   * The same options with the same seed give the same fleet, to the digit.
   *
   * @param {object} options
   * @param {number} options.servers how many
   * @param {number} [options.spare] how many more there are to join later
   * @param {number} options.clients how many
   * @param {number} options.pool connections that a client keeps
   * @param {number} [options.interval=1] between two roves of a client, on
   *   average; each is drawn from half of it up to one and a half
   * @param {string} [options.lifetime='exponential']
   * @param {number} [options.mean=600] of the lifetimes
   * @param {string} [options.policy='lowest']
   * @param {number} options.seed
   * @param {function(): object} [options.newSlots] makes a slot manager
   * @param {number[]} [options.weights] how strong each server is
   * @param {number} [options.known] how many servers each client knows, all by default
   * @param {Trace} [options.trace] where to record what the managers are asked
   */
  static async load (options) {
    return new Fleet(options, await Events.load())
  }

  constructor ({ servers, spare, clients, pool, interval = 1, lifetime = 'exponential', mean = 600, policy = 'lowest', seed, newSlots = packageSlots, weights, known, trace }, events) {
    this.now = 0
    this.steps = 0
    this.interval = interval
    this.mean = mean
    this.lifetime = lifetimes[lifetime]
    this.policy = policies[policy]
    this.random = new Random(seed)
    this.events = events
    this.servers = new Servers({ newSlots, count: servers, spare, weights, trace })
    this.clients = new Clients({
      servers: this.servers,
      random: this.random,
      count: clients,
      pool,
      known,
      kept: place => this.#kept(place)
    })
    this.ends = new Float64Array(clients * pool) // when the connection at a place ends
    for (let client = 0; client < clients; client++) events.roves.push(client, interval * this.random.next())
  }

  /** Lets everything happen that happens before `time`. */
  run (time) {
    if (!(time >= this.now)) throw new RangeError(`The time is ${this.now}, so it cannot become ${time}`)
    const { clients, ends, events, interval, policy, random, servers } = this
    const { endings, roves } = events
    for (;;) {
      const rove = events.nextRove()
      const ending = events.nextEnding()
      if (rove >= time && ending >= time) break
      this.steps++
      if (rove <= ending) {
        this.now = rove
        const client = roves.pop()
        policy(clients, servers, client)
        roves.push(client, rove + interval * (0.5 + random.next()))
      } else {
        this.now = ending
        const place = endings.pop()
        // Otherwise another connection is there by now, or none.
        if (ends[place] === ending && !clients.isFree(place)) clients.close(place)
      }
    }
    this.now = time
  }

  stop (server) {
    this.servers.stop(server)
    this.clients.lose(server)
  }

  start (server) {
    this.servers.start(server)
  }

  /** Stops a server and starts it again at once. */
  restart (server) {
    this.stop(server)
    this.start(server)
  }

  join () {
    this.servers.join()
  }

  /** The time in which a client roves once for each place in its pool. */
  get turn () {
    return this.clients.pool * this.interval
  }

  #kept (place) {
    const end = this.now + this.lifetime(this.random, this.mean)
    this.ends[place] = end
    if (end < Infinity) this.events.endings.push(place, end)
  }
}

module.exports = { Fleet, lifetimes: Object.keys(lifetimes), policies: Object.keys(policies) }
