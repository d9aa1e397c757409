'use strict'

const { closeSync, openSync } = require('node:fs')
const { parseArgs } = require('node:util')

const FILES = 100 // open files that a process needs besides its connections, generously

// The range of each option, and its default.
const ranges = {
  servers: [2, 100, 6],
  clients: [1, 100, 6],
  connections: [1, 10_000, 100],
  duration: [2, 600, 15],
  interval: [1, 60_000]
}
const help = `npm run fleet -- [options]
  --servers      server processes at the start; one is killed, one joins: 2 to 100 (6)
  --clients      client processes: 1 to 100 (6)
  --connections  connections that each client keeps: 1 to 10000 (100)
  --duration     seconds: 2 to 600 (15)
  --interval     mean ms between two attempts of a client: 1 to 60000; by default so that
                 a fifteenth of the duration passes until a pool is full
  --svg          where the plot is written (fleet.svg)`

/**
 * The options of the fleet; undefined if it is asked for help.
 *
 * @throws {Error} with a line that names what is wrong
 */
function readOptions (args) {
  const options = Object.fromEntries([...Object.keys(ranges), 'svg'].map(name => [name, { type: 'string' }]))
  const { values } = parseArgs({ args, options: { ...options, help: { type: 'boolean' } } })
  if (values.help) return
  for (const [name, [least, most, standard]] of Object.entries(ranges)) {
    const value = values[name] ?? standard
    if (value === undefined) continue
    values[name] = Number(value)
    if (/^\d+$/.test(value) && value >= least && value <= most) continue
    throw new Error(`--${name} must be an integer from ${least} to ${most}, but is '${value}'`)
  }
  const { servers, clients, connections, duration, svg = 'fleet.svg' } = values
  const { interval = Math.max(1, Math.round(duration * 1000 / 15 / connections)) } = values

  // With a mean below 10, a difference of one connection is more than the 10% allowed.
  if (clients * connections < 10 * servers) {
    throw new Error(`--clients ${clients} with --connections ${connections} each are too few for --servers ${servers}: ` +
      'it takes 10 connections for each server')
  }
  const { userLimits } = process.report.getReport()
  const limit = Number(userLimits.open_files.soft) || Infinity // or 'unlimited'
  const files = Math.max(connections, clients * connections / servers * 2) + FILES // at first, a server may get twice its share
  if (files > limit) {
    throw new Error(`These connections take ${Math.ceil(files)} open files in a process, and the limit is ${limit} (ulimit -n)`)
  }
  try {
    closeSync(openSync(svg, 'a')) // fails now instead of at the end
  } catch (error) {
    throw new Error(`--svg must be a file that can be written, but is '${svg}': ${error.message}`)
  }
  return { servers, clients, connections, duration, interval, svg }
}

module.exports = { help, readOptions }
