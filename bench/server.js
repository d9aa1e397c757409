'use strict'

// node bench/server.js: whether the speed of the slots matters in a server under a load of
// TCP connections, on 127.0.0.1.

const { fork } = require('child_process')
const { once } = require('events')
const path = require('path')

const { contenders, versions } = require('./cases')
const { described, titles } = require('./report')
const { describe, fileLimit, machine } = require('../common/machine')
const { integer, names, readOptions } = require('../common/options')
const Progress = require('../common/progress')
const { median } = require('../common/statistics')
const { figure, table } = require('../common/table')

const FILES = 200 // open files that a process needs besides its connections, generously
const TIME_LIMIT = 180_000

const options = readOptions('node bench/server.js [options]', {
  open: integer(1, 1_000_000, 'connections that stay open', { standard: 10_000 }),
  short: integer(100, 10_000_000, 'connections that come and go beside them', { standard: 100_000 }),
  rounds: integer(1, 1000, 'how many times each contender is measured', { standard: 1 }),
  contenders: names(contenders, 'these', { standard: ['ours', 'heap'] })
})

async function main () {
  const { open: wanted, short, rounds, contenders } = options
  const open = Math.min(wanted, fileLimit() - FILES)
  if (open < wanted) {
    console.log(`${wanted} connections at once need a limit of ${wanted + FILES} open files (ulimit -n): it opens ${open}`)
  }
  const progress = new Progress(process.stderr, { every: Infinity, steps: rounds * contenders.length })
  const figures = Object.fromEntries(contenders.map(contender => [contender, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      progress.step(`round ${round} of ${rounds}: ${contender}`)
      figures[contender].push(await load(contender, open, short))
    }
  }
  progress.end()
  const many = number => number.toLocaleString('en')
  console.log(`${many(open)} connections open, ${many(short)} short ones beside them, 100 at once`)
  console.log(['', ...table([
    ['', ...titles(versions(contenders))],
    ...Object.entries(rows).map(([title, row]) => [title, ...contenders.map(contender => row(figures[contender]))])
  ]), ''].join('\n'))
  console.log(described(versions(contenders)).join('\n'))
  console.log('\n' + describe(machine()))
}

const rows = {
  'a call on the slots, ns': figures => middle(figures, ({ server }) => server.spent / server.calls),
  'a connection, µs of the server\'s processor': figures => middle(figures, ({ server }) => server.cpu / (server.calls / 2) / 1e3),
  'share of it spent on the slots, %': figures => middle(figures, ({ server }) => server.spent / server.cpu * 100),
  'connect to slot, median, µs': figures => middle(figures, ({ client }) => client.shorts.times.median / 1e3),
  'connect to slot, 99 in 100, µs': figures => middle(figures, ({ client }) => client.shorts.times.p99 / 1e3),
  'short connections a second': figures => middle(figures, ({ client }) => options.short / client.shorts.wall * 1e9)
}

function middle (figures, pick) {
  return figure(median(figures.map(pick)))
}

/** A server and a client, each in a process of its own. */
async function load (contender, open, short) {
  const server = fork(path.join(__dirname, 'server/server.js'), [contender])
  let client
  const timer = setTimeout(() => {
    server.kill('SIGKILL')
    if (client) client.kill('SIGKILL')
  }, TIME_LIMIT)
  try {
    const { ports } = await answer(server)
    server.send('start')
    client = fork(path.join(__dirname, 'server/client.js'), [JSON.stringify({ ports, open, short })])
    const measured = await answer(client)
    server.send('stop')
    return { client: measured, server: await answer(server) }
  } finally {
    clearTimeout(timer)
    if (client && client.connected) client.disconnect()
    if (server.connected) server.disconnect()
  }
}

async function answer (child) {
  const gone = once(child, 'exit').then(() => { throw new Error('a process ended before it was done') })
  const [message] = await Promise.race([once(child, 'message'), gone])
  gone.catch(() => {}) // from now on it may end
  return message
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
