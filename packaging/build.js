'use strict'

// Builds the binary that goes to others, for a target such as aarch64-apple-darwin:
//
//   node packaging/build.js [target]       without a target, for this machine
//
// On Linux zig links, against glibc 2.17.

const { copyFileSync, mkdirSync, readdirSync, rmSync } = require('fs')
const { join } = require('path')
const { readOptions, wordsOf } = require('../common/options')
const { ROOT } = require('./platforms.js')
const { run } = require('./run.js')
const zig = require('./zig.js')

const PROCESSORS = { x64: 'x86_64', arm64: 'aarch64' }
const HOST = process.platform === 'linux' ? `${PROCESSORS[process.arch]}-unknown-linux-gnu` : undefined

function build (target = HOST) {
  // As in `npm run build`, to a folder of its own: a file that some process has
  // loaded is replaced, not written over.
  const output = join(ROOT, 'target', 'portable')
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  const options = ['run', '--silent', 'build', '--', '--output-dir', 'target/portable']
  if (target === undefined) run('npm', options)
  else if (!target.includes('-linux-')) run('npm', [...options, '--target', target])
  else {
    const version = target.endsWith('-gnu') ? '.2.17' : ''
    run('npm', [...options, '--cross-compile', '--target', target + version], zig.environment())
  }
  for (const file of readdirSync(output).filter(file => file.endsWith('.node'))) {
    rmSync(join(ROOT, file), { force: true })
    copyFileSync(join(output, file), join(ROOT, file))
  }
}

module.exports = { build }

if (require.main === module) {
  const { targets } = require('../package.json').napi
  const { words: [target] } = readOptions('node packaging/build.js [target]', {}, {
    about: `Builds the binary that goes to others, for this machine or for one of\n${targets.join(', ')}`,
    words: wordsOf(targets, 1)
  })
  build(target)
}
