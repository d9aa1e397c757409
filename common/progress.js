'use strict'

const WIDTH = 30

/**
 * Shows the progress of a run: a bar on a terminal, redrawn in place; elsewhere a line every
 * few seconds.
 */
class Progress {
  /**
   * @param {object} stream
   * @param {object} [options]
   * @param {function} [options.now] a clock, in milliseconds
   * @param {number} [options.every=5000] milliseconds between two lines of a log;
   *   with Infinity there are none
   * @param {number} [options.steps] how many steps there are, for step()
   */
  constructor (stream = process.stderr, { now = Date.now, every = 5000, steps } = {}) {
    this.stream = stream
    this.now = now
    this.steps = steps
    this.done = 0
    this.every = stream.isTTY ? 100 : every
    this.began = this.last = now()
  }

  /** @param {number} share of the work that is done, from 0 to 1 */
  at (share, what) {
    const { stream } = this
    const now = this.now()
    if (now - this.last < this.every) return
    this.last = now
    const percent = `${Math.floor(share * 100)}%`.padStart(4)
    const seconds = `${Math.round((now - this.began) / 1000)} s`
    if (!stream.isTTY) return stream.write(`${percent}  ${seconds}  ${what}\n`)
    const full = Math.round(share * WIDTH)
    const bar = '#'.repeat(full) + '.'.repeat(WIDTH - full)
    stream.write('\r\x1b[K' + `${bar}${percent}  ${seconds}  ${what}`.slice(0, (stream.columns || 80) - 1))
  }

  /** Called when a step begins. */
  step (what) {
    this.at(this.done++ / this.steps, what)
  }

  end () {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K')
  }
}

module.exports = Progress
