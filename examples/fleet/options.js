'use strict'

const { closeSync, openSync } = require('node:fs')
const { parseArgs } = require('node:util')

const FILES = 100 // open files that a process needs besides its connections, generously

// The range of each option, its default, and what it is.
const integers = {
  servers: [2, 100, 6, 'server processes at the start; one is killed, one joins'],
  clients: [1, 100, 6, 'client processes'],
  connections: [1, 10_000, 100, 'connections that each client keeps'],
  duration: [2, 600, 15, 'seconds'],
  interval: [1, 60_000, undefined, 'mean ms between two attempts of a client; by default so that\n' +
    'a fifteenth of the duration passes until a pool is full']
}
const strings = { svg: 'where the plot is written (fleet.svg)' }

/**
 * The options of the fleet; undefined if it is asked for help.
 *
 * @throws {Error} with a line that names what is wrong
 */
function readOptions (args) {
  const names = Object.keys({ ...integers, ...strings })
  const options = Object.fromEntries(names.map(name => [name, { type: 'string' }]))
  const { values } = parseArgs({ args, options: { ...options, help: { type: 'boolean' } } })
  if (values.help) return
  const { svg = 'fleet.svg' } = values
  for (const [name, [least, most, standard]] of Object.entries(integers)) {
    values[name] = integer(`--${name}`, least, most, values[name] ?? standard)
  }
  const { servers, clients, connections, duration } = values
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

function integer (name, least, most, value) {
  if (value === undefined || (/^\d+$/.test(value) && value >= least && value <= most)) return value && Number(value)
  throw new Error(`${name} must be an integer from ${least} to ${most}, but is '${value}'`)
}

const help = ['npm run fleet -- [options]',
  ...Object.entries(integers).map(([name, [least, most, standard, text]]) =>
    row(name, `${text}: ${least} to ${most}${standard ? ` (${standard})` : ''}`)),
  ...Object.entries(strings).map(([name, text]) => row(name, text))
].join('\n')

function row (name, text) {
  return `  --${name.padEnd(14)}${text.replace('\n', '\n'.padEnd(19))}`
}

module.exports = { help, readOptions }
