'use strict'

// Reads the log of an example server from a file, and checks it against a model.

const fs = require('node:fs')
const Record = require('../../common/record')

class Log {
  constructor (file) {
    this.file = file
    this.position = 0
    this.rest = ''
    this.lastLine = ''
    this.record = new Record()
    this.peak = 0 // the most slots in use at once
  }

  get inUse () { return this.record.holders.size }

  get faults () { return this.record.faults }

  /** Reads the lines that were written since the last call. */
  read () {
    const descriptor = fs.openSync(this.file, 'r')
    const buffer = Buffer.alloc(1 << 20)
    for (let length; (length = fs.readSync(descriptor, buffer, 0, buffer.length, this.position)) > 0;) {
      this.position += length
      const lines = (this.rest + buffer.toString('latin1', 0, length)).split('\n')
      this.rest = lines.pop()
      for (const line of lines) this.check(line)
    }
    fs.closeSync(descriptor)
  }

  check (line) {
    this.lastLine = line
    if (/^(listening on|connections served:) /.test(line)) return
    this.record.read(line)
    this.peak = Math.max(this.peak, this.inUse)
  }
}

module.exports = Log
