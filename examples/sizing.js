'use strict'

// How to choose the limit of a server and the interval of the clients.
//
//   node examples/sizing.js --servers 3 --clients 6 --connections 10 --lifetime 86400 --recovery 60

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

function main (args) {
  const names = ['servers', 'clients', 'connections', 'lifetime', 'recovery']
  const usage = `Usage: node examples/sizing.js ${names.map(name => `--${name} N`).join(' ')}    times in seconds`
  if (args.includes('--help')) return console.log(usage)
  const options = {}
  for (let i = 0; i < args.length; i += 2) options[args[i].replace(/^--/, '')] = Number(args[i + 1])
  if (Object.keys(options).some(name => !names.includes(name)) || !names.every(name => options[name] > 0) || options.servers < 2) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  console.log(`maxSlots ${limitOf(options)}, interval ${Math.round(intervalOf(options) * 1000)} ms`)
}

if (require.main === module) main(process.argv.slice(2))
