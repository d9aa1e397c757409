'use strict'

/**
 * What happens next, in order of time. Each kind of event has a queue of its
 * own: the many roves then go through a small heap (one for each client), not
 * through that of the million endings that lie far ahead.
 */
class Events {
  static async load () {
    const { default: FlatQueue } = await import('flatqueue')
    return new Events(new FlatQueue(), new FlatQueue())
  }

  constructor (roves, endings) {
    this.roves = roves
    this.endings = endings
  }

  /** The time of the next rove, and of the next ending; Infinity where there is none. */
  nextRove () {
    return this.roves.length > 0 ? this.roves.peekValue() : Infinity
  }

  nextEnding () {
    return this.endings.length > 0 ? this.endings.peekValue() : Infinity
  }
}

module.exports = Events
