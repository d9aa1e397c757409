'use strict'

// Builds the package's binaries for all platforms, or for some, on Linux x64, and checks that
// each fits its platform:
//
//   node scripts/build-all.js [--targets a,b …]
//
// The compiler is downloaded into .platforms by rustup, the linkers from PyPI by python3 with
// pip. Finished downloads are used again, so the command continues where it stopped. A binary
// that passes its checks is put beside package.json. A target that fails does not stop the
// others; the exit code is then 1.

const fs = require('fs')
const { parseArgs } = require('util')
const { check, oldest } = require('./binaries.js')
const { build, put, rust } = require('./build.js')
const { rustTarget } = require('./linking.js')
const { fileOf, targets } = require('./platforms.js')
const { say } = require('./workshop.js')

/** The targets that are asked for. */
function wanted () {
  const { values } = parseArgs({ options: { targets: { type: 'string', default: targets.join() } } })
  const names = values.targets.split(',')
  const unknown = names.find(name => !targets.includes(name))
  if (unknown !== undefined) throw new Error(`--targets must be some of ${targets.join(', ')}. Received '${unknown}'`)
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('build-all.js runs on Linux x64 alone')
  return names
}

function needs (facts) {
  const system = oldest(facts)
  return system ? `, ${system} or later` : ''
}

async function main () {
  const names = wanted()
  const failed = []
  for (const [i, target] of names.entries()) {
    const title = `${target} (${i + 1} of ${names.length})`
    say(`${title} …`)
    try {
      const library = await build(target, await rust(rustTarget(target)))
      const { facts, faults } = await check(target, library)
      if (faults.length > 0) throw new Error(`${library} is not what it should be:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
      say(`${title}: ${fileOf(target)}, ${fs.statSync(put(library, target)).size.toLocaleString('en')} bytes${needs(facts)}`)
    } catch (error) {
      failed.push(target)
      say(`${title} FAILED: ${error.message}`)
    }
  }
  say(`${names.length - failed.length} of ${names.length} built${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`)
  if (failed.length > 0) process.exitCode = 1
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
