'use strict'

// Runs the README's samples word for word, and holds every line with a comment
// that begins with a value against what the line gives.

const assert = require('assert')
const { readFileSync } = require('fs')
const { join } = require('path')
const test = require('node:test')
const util = require('util')
const vm = require('vm')
const { CallosumClient } = require('../../client.js')

const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8')
const samples = readme.match(/```js\n[^]*?```/g).map(block => block.slice(6, -3))

const clients = []

/** A client that is closed when the sample has run. */
class Client extends CallosumClient {
  constructor (options) {
    super(options)
    clients.push(this)
  }
}

/** The values that a sample claims, with what it gave, in order. */
function run (sample) {
  const results = []
  const lines = sample.split('\n').map(line => {
    const [, code, claim] = line.match(/^(\S.*?)\s+\/\/ (.+)$/) || []
    if (claim === undefined || /^(var|const|let|using) /.test(code)) return line
    const value = code.replace(/^console\.log/, '')
    return `__claim(${value}, ${JSON.stringify(claim)})`
  })
  const logged = []
  const CallosumServerSlots = require('../..')
  const modules = { 'callosum-server-slots': CallosumServerSlots, 'callosum-server-slots/client': { CallosumClient: Client } }
  vm.runInNewContext(lines.join('\n'), {
    CallosumServerSlots,
    require: name => modules[name] || require(name),
    console: { log: (...values) => logged.push(values.join(' ')) },
    JSON,
    Array,
    __claim: (value, claim) => results.push({ value: shown(value), claim })
  })
  for (const client of clients.splice(0)) client.close()
  return { results, logged }
}

for (const [i, sample] of samples.entries()) {
  test(`README sample ${i + 1} does what it says`, () => {
    for (const { value, claim } of run(sample).results) {
      const rest = claim.startsWith(value) ? claim.slice(value.length) : '?'
      assert.match(rest, /^$|^[,: ]/, `${claim}, but it gave ${value}`)
    }
  })
}

function shown (value) {
  return util.inspect(value, { breakLength: Infinity }).replace(/^\[ (.*) \]$/, '[$1]')
}

test('the samples make claims at all', () => {
  const claims = samples.flatMap(sample => run(sample).results)
  assert.ok(claims.length >= 15, String(claims.length))
})

test('the first sample logs the error that it shows', () => {
  assert.deepStrictEqual(run(samples[0]).logged, ['Invalid slot: 17 free'])
})
