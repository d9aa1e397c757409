'use strict'

const { parseArgs } = require('util')

const { lifetimes, policies } = require('./fleet')
const scenarios = require('./scenarios')

const { defaults } = scenarios.million
const names = Object.keys(scenarios)
const MAX_PLACES = 20_000_000 // connections that can be open at once, 24 bytes each

const usage = `npm run simulate -- [options]
  --scenario NAME     one of these, or all (million):
${names.map(name => `      ${name.padEnd(14)}${scenarios[name].title}`).join('\n')}
  --seed N            another course of chance; the same seed gives the same result (1)
  --json FILE         writes every figure into a file
  --help

A fleet of your own, for the scenario million:
  --servers N         (${defaults.servers})
  --clients N         (${defaults.clients})
  --pool N            connections that a client keeps (${defaults.pool})
  --interval S        seconds between two roves of a client (${defaults.interval})
  --lifetime KIND     of connections: ${lifetimes.join(', ')} (${defaults.lifetime})
  --mean S            seconds that connections live on average (${defaults.mean})
  --policy NAME       what clients do: ${policies.join(', ')} (${defaults.policy})`

const own = {
  servers: (name, text) => wholeNumber(name, text, 2), // since some die and some stay
  clients: wholeNumber,
  pool: wholeNumber,
  interval: positive,
  lifetime: (name, value) => oneOf(lifetimes, name, value),
  mean: positive,
  policy: (name, value) => oneOf(policies, name, value)
}

/**
 * @param {string[]} args of the command line
 * @throws {Error} that says what is wrong with them
 */
function read (args) {
  const value = { type: 'string' }
  const { values } = parseArgs({
    args,
    options: {
      scenario: { ...value, default: 'million' },
      seed: { ...value, default: '1' },
      json: value,
      help: { type: 'boolean' },
      ...Object.fromEntries(Object.keys(own).map(name => [name, value]))
    }
  })
  const scenario = oneOf([...names, 'all'], 'scenario', values.scenario)
  const fleet = {}
  for (const name of Object.keys(own)) {
    if (values[name] === undefined) continue
    if (scenario !== 'million') throw new Error(`--${name} is for the scenario million, not for ${scenario}`)
    fleet[name] = own[name](name, values[name])
  }
  const { clients, pool } = { ...defaults, ...fleet }
  if (clients * pool > MAX_PLACES) {
    throw new Error(`--clients times --pool must be at most ${MAX_PLACES}, but is ${clients * pool}`)
  }
  return {
    help: values.help === true,
    scenarios: scenario === 'all' ? names : [scenario],
    seed: wholeNumber('seed', values.seed),
    json: values.json,
    fleet
  }
}

function wholeNumber (name, text, least = 1) {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= 2 ** 31 - 1) return number
  throw new Error(`--${name} must be a whole number from ${least} to 2147483647, but is '${text}'`)
}

function positive (name, text) {
  const number = Number(text)
  if (/^\d*\.?\d+$/.test(text) && number > 0) return number
  throw new Error(`--${name} must be a number above 0, but is '${text}'`)
}

function oneOf (all, name, text) {
  if (all.includes(text)) return text
  throw new Error(`--${name} must be one of ${all.join(', ')}, but is '${text}'`)
}

module.exports = { read, usage }
