'use strict'

const mqtt = require('./mqtt')

module.exports = {
  says: 'the same, but only the returns are timed',
  sizes: mqtt.sizes,
  prepare (size, random) {
    const program = mqtt.prepare(size, random)
    return { ...program, timed: program.puts, calls: program.calls / 2 }
  },
  run: mqtt.run
}
