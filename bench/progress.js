'use strict'

/** One line that is written over again; nothing where nobody watches. */
class Progress {
  constructor (steps, stream = process.stderr) {
    this.steps = steps
    this.done = 0
    this.stream = stream
    this.began = Date.now()
  }

  step (what) {
    if (!this.stream.isTTY) return
    const seconds = Math.round((Date.now() - this.began) / 1000)
    const share = Math.floor(this.done++ / this.steps * 100)
    const line = `${String(share).padStart(3)}% ${seconds} s  ${what}`
    this.stream.write('\r\x1b[K' + line.slice(0, this.stream.columns - 1))
  }

  end () {
    if (this.stream.isTTY) this.stream.write('\r\x1b[K')
  }
}

module.exports = Progress
