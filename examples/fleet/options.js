'use strict'

const { closeSync, openSync } = require('fs')

const { fileLimit } = require('../../common/machine')
const { Fault, file, integer, readOptions } = require('../../common/options')

const FILES = 100 // open files that a process needs besides its connections, generously
const MOST = 100 // servers, and clients

const kinds = {
  servers: integer(2, MOST, 'server processes at the start; one is killed, one joins', { standard: 6 }),
  clients: integer(1, MOST, 'client processes', { standard: 6 }),
  connections: integer(1, 10_000, 'connections that each client keeps', { standard: 100 }),
  duration: integer(2, 600, 'seconds', { standard: 12, placeholder: 'S' }),
  interval: integer(1, 60_000, 'between the roves of a client, on average; by default so that\n' +
    'a tenth of the duration passes until a pool is full', { placeholder: 'MS' }),
  svg: file('where the plot is written', { standard: 'fleet.svg' })
}

/** Completes the options. Throws a Fault if they contradict each other. */
function check (options) {
  const { servers, clients, connections, duration, svg } = options
  options.interval ??= Math.max(1, Math.round(duration * 1000 / 10 / connections))

  // With a mean below 10, a difference of one connection is more than the 10% allowed.
  if (clients * connections < 10 * servers) {
    throw new Fault(`${clients} clients with ${connections} connections each are too few for ${servers} servers: ` +
      'it takes 10 connections for each server')
  }
  // At first, a server may get twice its share.
  const files = Math.max(connections, clients * connections / servers * 2) + FILES
  if (files > fileLimit()) {
    throw new Fault(`These connections take ${Math.ceil(files)} open files in a process, and the limit is ${fileLimit()} ` +
      '(ulimit -n)')
  }
  try {
    closeSync(openSync(svg, 'a')) // fails now instead of at the end
  } catch (error) {
    throw new Fault(`--svg must be a file that can be written, but is '${svg}': ${error.message}`)
  }
}

module.exports = () => readOptions('npm run fleet -- [options]', kinds, { check })
