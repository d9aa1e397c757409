'use strict'

const CallosumServerSlots = require('..')
const heap = require('../bench/contenders/heap')

class Idle {
  get () { return 0 }
  put () {}
}

/** What can take the place of a slot manager, by name. */
const managers = {
  'this package': () => new CallosumServerSlots(),
  "0.1.0's heap": heap.load(),
  nothing: () => new Idle()
}

module.exports = managers
