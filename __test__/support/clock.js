'use strict'

// A clock that a test moves. The test need not wait, and a busy machine cannot be too slow
// for it.

const assert = require('node:assert/strict')
const { performance } = require('node:perf_hooks')

const { setTimeout, clearTimeout, setImmediate } = global
const { random } = Math
const realNow = performance.now.bind(performance)

// It is read-only in Node.js 18.
function replaceNow (now) {
  Object.defineProperty(performance, 'now', { value: now, configurable: true, writable: true })
}

/**
 * Replaces setTimeout(), clearTimeout() and performance.now() until the end of the test: time
 * passes within advance() only. Math.random() is always `chance`. With 0.5 a random time is its mean.
 */
function stopClock (t, chance = 0.5) {
  const timers = new Set()
  let now = 0

  global.setTimeout = (callback, time, ...values) => {
    const timer = { end: now + (time >= 1 ? time : 1), run: () => callback(...values), isReferenced: true }
    timer.ref = () => { timer.isReferenced = true; return timer }
    timer.unref = () => { timer.isReferenced = false; return timer }
    timers.add(timer)
    return timer
  }
  global.clearTimeout = timer => { if (!timers.delete(timer)) clearTimeout(timer) }
  Math.random = () => chance
  replaceNow(() => now)
  t.after(() => {
    Object.assign(global, { setTimeout, clearTimeout })
    replaceNow(realNow)
    Math.random = random
  })

  const clock = {
    /** The time in ms since the clock was stopped. */
    get now () { return now },

    /** In how many ms each timer ends that keeps the process alive. */
    get pending () {
      return Array.from(timers).filter(({ isReferenced }) => isReferenced).map(({ end }) => end - now).sort((a, b) => a - b)
    },

    /** Lets this many ms pass, and all happen that happens by then. */
    async advance (time) {
      const until = now + time
      for (;;) {
        await events()
        const [next] = Array.from(timers).filter(({ end }) => end <= until).sort((a, b) => a.end - b.end)
        if (next === undefined) break
        timers.delete(next)
        now = next.end
        next.run()
      }
      now = until
    },

    /** Lets this many ms pass. The condition must hold after the last of them, and not before it. */
    async exactly (time, condition) {
      await clock.advance(time - 1)
      assert.equal(condition(), false, `${condition} holds after less than ${time} ms`)
      await clock.advance(1)
      assert.equal(condition(), true, `${condition} does not hold after ${time} ms`)
    }
  }
  return clock
}

// What streams and promises have to do is done after three turns of the event loop.
async function events () {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
}

module.exports = { stopClock }
