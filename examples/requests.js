'use strict'

// Requests and replies on the connections of a pool: a line of JSON each (the server's half is
// service.js). A request has a deadline, and is tried again if that is safe.
//
//   node examples/server.js            in one terminal: a server on port 4040
//   node examples/requests.js 4040     in another; more ports are more servers

const CallosumClient = require('../client.js') // yours: require('callosum-server-slots/client')

const ATTEMPTS = 3

/**
 * Sends a request, and resolves to its result.
 *
 * @param {CallosumClient} client
 * @param {object} message
 * @param {object} [options]
 * @param {number} [options.timeout=500] ms for each attempt, with the wait for a connection
 * @param {boolean} [options.isSafe=false] whether the server may get the request twice
 * @throws {Error} the last attempt's, or with the error that the server has replied
 */
async function request (client, message, { timeout = 500, isSafe = false } = {}) {
  for (let attempt = 1; ; attempt++) {
    let wasSent = false
    try {
      const { result, error } = await client.use(({ socket }) => {
        wasSent = true
        return exchange(socket, message)
      }, { timeout })
      if (error === undefined) return result
      throw Object.assign(new Error(error), { isReply: true })
    } catch (error) {
      // Without a reply nobody knows whether the server has done what it was asked to do.
      const mayRetry = (isSafe || !wasSent) && !error.isReply && error.code !== 'ERR_CLIENT_CLOSED'
      if (!mayRetry || attempt === ATTEMPTS) throw error
    }
  }
}

/** Writes a line, and reads one. If it fails, use() closes the connection. */
function exchange (socket, message) {
  return new Promise((resolve, reject) => {
    const chunks = []
    const onData = chunk => {
      chunks.push(chunk)
      if (chunk[chunk.length - 1] !== 10) return // a line feed
      socket.off('data', onData).off('close', onClose)
      resolve(Buffer.concat(chunks))
    }
    const onClose = () => reject(new Error('The server closed the connection before it replied'))
    socket.on('data', onData).on('close', onClose).write(JSON.stringify(message) + '\n')
  }).then(JSON.parse)
}

module.exports = { exchange, request }

function main (ports) {
  const client = new CallosumClient({ servers: ports.map(port => ({ host: '127.0.0.1', port: Number(port) })) })
  const send = async (message, options) => {
    const text = JSON.stringify(message)
    try {
      console.log(`${text}  ${await request(client, message, options)}`)
    } catch (error) {
      console.log(`${text}  ! ${error.message}`)
    }
  }
  const timer = setInterval(() => {
    send({ method: 'read' }, { isSafe: true })
    send({ method: 'add', by: 1 })
  }, 1000)

  const stop = () => {
    clearInterval(timer)
    client.close({ timeout: 1000 }) // with no connection left, the process ends by itself
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.on('error', stop) // its reader has closed it, as head does
}

if (require.main === module) {
  const ports = process.argv.slice(2)
  if (ports.length > 0 && ports.every(port => /^\d+$/.test(port) && port > 0 && port <= 65535)) {
    main(ports)
  } else {
    console.error('Usage: node examples/requests.js PORT…    ports of servers on 127.0.0.1')
    process.exitCode = 1
  }
}
