'use strict'

// cargo runs this in place of a test program: rust.js says why. Its arguments are names of
// files of tests of the package, with a colon and a pattern for some tests of a file, and
// the path of the program. It runs these, up to the first that fails, with the addon that
// was built with the program.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..')
const LIBRARIES = ['libcallosum_server_slots.so', 'libcallosum_server_slots.dylib', 'callosum_server_slots.dll']
const LONGEST = 300_000 // ms, for one file of tests

const names = process.argv.slice(2, -1)
const folder = path.dirname(process.argv.at(-1))
const library = LIBRARIES.map(name => path.join(folder, name)).find(file => fs.existsSync(file))
const addon = path.join(folder, 'callosum-server-slots.node')
fs.copyFileSync(library, addon)

const options = {
  cwd: ROOT,
  env: {
    ...process.env,
    CALLOSUM_TEST_BINARY: addon,
    NODE_OPTIONS: `--require ${JSON.stringify(path.join(ROOT, '__test__', 'support', 'preload', 'other-binary.js'))}`
  },
  stdio: 'inherit',
  timeout: LONGEST
}
for (const each of names) {
  const [name, pattern] = each.split(':')
  const some = pattern ? [`--test-name-pattern=${pattern}`] : []
  const { status, error } = spawnSync(process.execPath, [...some, path.join('__test__', 'package', `${name}.test.js`)], options)
  if (error && error.code === 'ETIMEDOUT') console.log(`${name}: no progress for ${LONGEST / 1000} s`)
  if (status !== 0) process.exit(1)
}
