'use strict'

// The package with no more rights than it needs: to read its folder, and to load an addon.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { realpathSync, writeFileSync } = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { temporaryFolder, install } = require('../support/installed.js')

const { bun, deno } = process.versions
// Bun has no such rights, and Node.js 18 no permission model.
const flag = !bun && !deno && ['--permission', '--experimental-permission'].find(flag => process.allowedNodeEnvironmentFlags?.has(flag))

/** Runs a program beside the package with these rights; `options` gets the program's folder. */
function run (t, options) {
  const folder = realpathSync(temporaryFolder(t))
  install(folder)
  const file = path.join(folder, 'program.cjs')
  writeFileSync(file, "const Slots = require('callosum-server-slots'); console.log(new Slots().get()); require('callosum-server-slots/client')")
  const { stdout, stderr } = spawnSync(process.execPath, [...options(folder), file], { cwd: folder, encoding: 'utf8' })
  return stdout + stderr
}

if (deno) {
  test('it loads with the rights to read its folder and to load an addon', t => {
    assert.match(run(t, () => ['run', '--no-prompt', '--allow-read=.', '--allow-ffi']), /^0\n/)
  })

  test('without the right to load an addon, the error names it', t => {
    assert.match(run(t, () => ['run', '--no-prompt', '--allow-read=.']), /no binary that loads[^]*--allow-ffi/)
  })
} else if (!bun) {
  test('with --no-addons, the error says so', t => {
    assert.match(run(t, () => ['--no-addons']), /leave out --no-addons/)
  })
}

if (flag) {
  test('it loads with the rights to read its folder and to load an addon', t => {
    assert.match(run(t, folder => [flag, `--allow-fs-read=${path.join(folder, '*')}`, '--allow-addons']), /^0\n/)
  })

  test('without the right to load an addon, the error names it', t => {
    assert.match(run(t, folder => [flag, `--allow-fs-read=${path.join(folder, '*')}`]), /permission model needs --allow-addons/)
  })
}
