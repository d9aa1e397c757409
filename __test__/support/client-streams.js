'use strict'

// Clients by a clock that the test moves, with streams in place of sockets.

const { Duplex, PassThrough } = require('node:stream')
const { connect } = require('./callosum-servers.js')
const { stopClock } = require('./clock.js')

/** A stream that sends nothing by itself, and takes what is written to it. */
function duplex (options) {
  return new Duplex({ read () {}, write (chunk, encoding, done) { done() }, ...options })
}

/** A stream with a slot that never finishes a write. */
function stuck () {
  const stream = duplex({ write () {} })
  stream.push('0\n')
  return stream
}

/** Makes streams for options.connect(). Each sends the slot or text that `serve` gives for the number of those before it. */
function streamsOf (serve = () => undefined) {
  const streams = []
  streams.connect = () => {
    const stream = duplex()
    const sent = serve(streams.push(stream) - 1)
    if (sent !== undefined) stream.push(typeof sent === 'number' ? `${sent}\n` : sent)
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

// How a lessee may read: each calls `take` with what it has read.
const readers = {
  data: (socket, take) => socket.on('data', take),
  readable: (socket, take) => socket.on('readable', () => {
    for (let data = socket.read(); data !== null; data = socket.read()) take(data)
  }),
  pipe: (socket, take) => socket.pipe(new PassThrough()).on('data', take),
  'for await': async (socket, take) => {
    try {
      for await (const data of socket) take(data)
    } catch (error) { // where the test closes the socket first
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    }
  }
}

const STYLES = Object.keys(readers)

/** What is read from a socket from now on, as latin1. */
function reading (socket, style = 'data') {
  const reader = { text: '' }
  readers[style](socket, data => { reader.text += data.toString('latin1') })
  return reader
}

/** A signal whose listeners a test can count. */
function countedSignal () {
  const listeners = new Set()
  return {
    listeners,
    aborted: false,
    addEventListener (name, listener) { if (name === 'abort') listeners.add(listener) },
    removeEventListener (name, listener) { if (name === 'abort') listeners.delete(listener) },
    abort () { for (const listener of listeners) listener() }
  }
}

/** As many servers. */
function serversOf (count) {
  return Array.from({ length: count }, (_, i) => ({ port: i + 1 }))
}

/**
 * A client at this time in ms: by default its first attempt is over. `servers` may be their
 * number. Streams give slot 0 unless `serve` says otherwise.
 */
async function single (t, { serve = () => 0, servers = 1, chance, time = 5, ...options } = {}) {
  const clock = stopClock(t, chance)
  const streams = streamsOf(serve)
  const list = typeof servers === 'number' ? serversOf(servers) : servers
  const client = connect(t, list, { interval: 60000, connect: streams.connect, ...options })
  await clock.advance(time)
  return { clock, client, streams }
}

module.exports = { STYLES, countedSignal, duplex, outcomeOf, reading, single, streamsOf, stuck }
