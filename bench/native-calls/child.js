'use strict'

const { median } = require('../../common/statistics')

const CALLS = 200_000
const SAMPLES = 15

const { name, addon } = JSON.parse(process.argv[2])
const addonModule = { exports: {} }
process.dlopen(addonModule, addon)
const { native } = require('../..')[Symbol.for('callosum-server-slots.internals')]
const run = require('./cases')[name](addonModule.exports, native)

function sample () {
  const before = process.hrtime.bigint()
  run(CALLS)
  return Number(process.hrtime.bigint() - before) / CALLS
}

for (let i = 0; i < 3; i++) sample() // warms up
const samples = Array.from({ length: SAMPLES }, sample)
process.stdout.write(JSON.stringify({ ns: median(samples) }))
