'use strict'

// How to choose the limit of a server and the interval of the clients.
//
//   node examples/sizing.js --servers 3 --clients 6 --connections 10 --lifetime 86400 --recovery 60

const { parseArgs } = require('node:util')

/** The limit of connections on each server: `maxSlots`. */
function limitOf ({ servers, clients, connections, offers = 2 }) {
  const share = clients * connections / (servers - 1) // with one server down
  const attempts = clients * offers / (servers - 1) // on each, when all clients fill their pools
  return Math.ceil(share) + 2 * Math.ceil(attempts) // they are random: twice the mean
}

/** The clients' `interval`, in the unit of `lifetime` and `recovery`. */
function intervalOf ({ connections, lifetime, recovery }) {
  return Math.min(lifetime / 10, recovery / 1.3) / connections // a server that joins has its share after 1.3 turns
}

module.exports = { limitOf, intervalOf }

const NAMES = ['servers', 'clients', 'connections', 'lifetime', 'recovery']
const USAGE = `Usage: node examples/sizing.js ${NAMES.map(name => `--${name} N`).join(' ')}    times in seconds`

function main (args) {
  const options = Object.fromEntries(NAMES.map(name => [name, { type: 'string' }]))
  const { values } = parseArgs({ args, options: { ...options, help: { type: 'boolean' } } })
  if (values.help) return console.log(USAGE)
  for (const name of NAMES) {
    const least = name === 'servers' ? 2 : Number.MIN_VALUE
    if (!(values[name] >= least)) throw new Error(`--${name} must be a number ${least === 2 ? 'from 2 up' : 'above 0'}, but is ${values[name]}`)
    values[name] = Number(values[name])
  }
  console.log(`maxSlots ${limitOf(values)}, interval ${Math.round(intervalOf(values) * 1000)} ms`)
}

if (require.main === module) {
  try {
    main(process.argv.slice(2))
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`)
    process.exitCode = 2
  }
}
