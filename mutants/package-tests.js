'use strict'

// cargo runs this in place of a test program, with the program's path: see rust.js. It
// runs tests of the package with the addon that was built beside the program.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..')

const TESTS = ['native', 'get-put', 'reserve']
const NAMES = ['libcallosum_server_slots.so', 'libcallosum_server_slots.dylib', 'callosum_server_slots.dll']

const folder = path.dirname(process.argv[2])
const addon = NAMES.map(name => path.join(folder, name)).find(file => fs.existsSync(file))
const copy = path.join(folder, 'callosum-server-slots.node')
fs.copyFileSync(addon, copy)

const { status } = spawnSync(process.execPath, ['--test', '--test-timeout=60000', ...TESTS.map(name => path.join('__test__', 'package', `${name}.test.js`))], {
  cwd: ROOT,
  env: {
    ...process.env,
    CALLOSUM_TEST_BINARY: copy,
    NODE_OPTIONS: `--require ${JSON.stringify(path.join(ROOT, '__test__', 'support', 'preload', 'other-binary.js'))}`
  },
  stdio: 'inherit'
})
process.exit(status ?? 1)
