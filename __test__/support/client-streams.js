'use strict'

// Clients by a clock that the test moves, with streams in place of sockets.

const { Duplex } = require('node:stream')
const { connect } = require('./callosum-servers.js')
const { stopClock } = require('./clock.js')

/** A stream that sends nothing by itself, and takes what is written to it. */
function duplex (options) {
  return new Duplex({ read () {}, write (chunk, encoding, done) { done() }, ...options })
}

/** A stream with a slot that gets rid of nothing that is written to it. */
function stuck () {
  const stream = duplex({ write () {} })
  stream.push('0\n')
  return stream
}

/** Makes streams for options.connect(). Each sends what `serve` says, given the number of those before it. */
function streamsOf (serve = () => undefined) {
  const streams = []
  streams.connect = () => {
    const stream = duplex()
    const text = serve(streams.push(stream) - 1)
    if (text !== undefined) stream.push(text)
    return stream
  }
  return streams
}

/** What has become of a promise by now. */
function outcomeOf (promise) {
  const outcome = {}
  promise.then(value => { outcome.value = value }, error => { outcome.error = error })
  return outcome
}

/** A client whose first attempt is over, with one connection unless the options say otherwise. */
async function single (t, { serve = () => '0\n', servers = [{}], chance, ...options } = {}) {
  const clock = stopClock(t, chance)
  const streams = streamsOf(serve)
  const client = connect(t, servers, { connections: 1, interval: 60000, connect: streams.connect, ...options })
  await clock.advance(5)
  return { clock, client, streams }
}

module.exports = { duplex, outcomeOf, single, streamsOf, stuck }
