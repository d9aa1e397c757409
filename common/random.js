'use strict'

/**
 * Random numbers from a seed (mulberry32): the same seed gives the same numbers.
 */
class Random {
  constructor (seed) {
    this.state = seed | 0
  }

  /** A number from 0 up to, but not including, 1. */
  next () {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from 0 up to, but not including, `end`. */
  below (end) {
    return Math.floor(this.next() * end)
  }

  /** Exponentially distributed with mean 1. */
  exponential () {
    return -Math.log(1 - this.next())
  }

  /** Pareto distributed with mean 1: most are small, a few very large. */
  pareto (shape) {
    return (shape - 1) / shape * (1 - this.next()) ** (-1 / shape)
  }

  /** Moves `count` random elements to the front of the array, in random order. */
  shuffle (array, count = array.length) {
    for (let i = 0; i < count; i++) {
      const j = i + this.below(array.length - i)
      const element = array[i]
      array[i] = array[j]
      array[j] = element
    }
    return array
  }
}

module.exports = Random
