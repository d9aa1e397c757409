'use strict'

// Requests and replies, the server's half. After the slot, each line is a request, as JSON, and
// gets a line: {"method":"add","by":2} gets {"result":2}, or {"error":"…"}. examples/requests.js
// is the client's half.

const { pipeline } = require('node:stream')

const LONGEST = 65536 // characters of a request

/**
 * Answers the requests of a connection, one after the other. A client that does not read its
 * replies is not read from either.
 *
 * @param {net.Socket} socket
 * @param {Object<string, function>} methods each called with the request; returns the result, or
 *   a promise of it
 * @returns {function} ends the connection: now, or after the reply to the request under way
 */
function answer (socket, methods) {
  let isBusy = false
  let isEnding = false

  async function * replies () {
    let rest = ''
    // To return from this loop must not destroy the socket: a reply may still be in its buffer.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      if (rest.length > LONGEST) throw new Error('The request is too long')
      for (const line of lines) {
        isBusy = true
        const reply = await replyTo(line, methods)
        yield JSON.stringify(reply) + '\n'
        isBusy = false
        if (isEnding) return
      }
    }
  }
  socket.setEncoding('utf8')
  // After the last reply it ends the socket, and after an error it destroys it. What arrives then
  // must be read, or 'close' does not come.
  pipeline(replies, socket, () => socket.resume())

  return () => {
    isEnding = true
    if (!isBusy) socket.end()
  }
}

async function replyTo (line, methods) {
  try {
    const request = JSON.parse(line)
    if (!Object.hasOwn(methods, request.method)) return { error: `there is no method ${request.method}` }
    return { result: await methods[request.method](request) }
  } catch (error) {
    return { error: error.message }
  }
}

/** The methods of the example servers. A repeated add() counts twice, so it is not safe to retry. */
function counter () {
  let count = 0
  return {
    read: () => count,
    add: ({ by }) => {
      if (!Number.isSafeInteger(by)) throw new Error('by must be an integer')
      count += by
      return count
    }
  }
}

module.exports = { answer, counter }
