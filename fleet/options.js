'use strict'

const { closeSync, openSync } = require('fs')
const { parseArgs } = require('util')

const { fileLimit } = require('../common/machine')

const FILES = 100 // that a process needs beside its connections, with room
const MOST = 100 // processes of a kind

const usage = `npm run fleet -- [options]
  --servers N       server processes at the start (6); one is killed, one joins
  --clients N       client processes (6)
  --connections N   connections that each client keeps (100)
  --duration S      seconds (12)
  --interval MS     between the roves of a client, on average; by default so that
                    a tenth of the duration passes until a pool is full
  --svg FILE        where the plot is written (fleet.svg)
  --help            shows this`

/** The options, complete and checked; throws an Error that says what is wrong. */
function readOptions (args) {
  const value = { type: 'string' }
  const { values } = parseArgs({
    args,
    options: {
      servers: value,
      clients: value,
      connections: value,
      duration: value,
      interval: value,
      svg: value,
      help: { type: 'boolean' }
    }
  })
  if (values.help) return { help: true }

  const servers = number(values, 'servers', 6, 2, MOST)
  const clients = number(values, 'clients', 6, 1, MOST)
  const connections = number(values, 'connections', 100, 1, 10_000)
  const duration = number(values, 'duration', 12, 2, 600)
  const standard = Math.max(1, Math.round(duration * 1000 / 10 / connections))
  const interval = number(values, 'interval', standard, 1, 60_000)
  const { svg = 'fleet.svg' } = values

  // Loads are whole numbers: with fewer, one connection is more than a tenth.
  if (clients * connections < 10 * servers) {
    throw new Error(`${clients} clients with ${connections} connections each are too few for ${servers} servers: ` +
      'it takes 10 connections for each server')
  }
  // All clients may find the same server at first.
  const files = Math.max(connections, clients * connections / servers * 2) + FILES
  if (files > fileLimit()) {
    throw new Error(`so many connections take ${Math.ceil(files)} open files in a process, and ${fileLimit()} are allowed ` +
      '(ulimit -n)')
  }
  try {
    closeSync(openSync(svg, 'a')) // better now than at the end
  } catch (error) {
    throw new Error(`--svg must be a file that can be written, but is '${svg}': ${error.message}`)
  }
  return { servers, clients, connections, duration, interval, svg }
}

function number (values, name, standard, least, most) {
  const { [name]: text = String(standard) } = values
  if (/^\d+$/.test(text) && text >= least && text <= most) return Number(text)
  throw new Error(`--${name} must be an integer from ${least} to ${most}, but is '${text}'`)
}

module.exports = { readOptions, usage }
