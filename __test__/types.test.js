'use strict'

// Compiles __test__/types as the users of each module system would: in a folder
// of their own, with the package in node_modules.

const assert = require('assert')
const { spawnSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const test = require('node:test')

const root = path.join(__dirname, '..')
const tsc = require.resolve('typescript/bin/tsc')

const SYSTEMS = {
  commonjs: ['commonjs', 'node10', ['everything.cts']],
  node16: ['node16', 'node16', ['everything.cts', 'everything.mts']],
  nodenext: ['nodenext', 'nodenext', ['everything.cts', 'everything.mts']],
  bundler: ['esnext', 'bundler', ['everything.mts']]
}

for (const [name, [module, resolution, files]] of Object.entries(SYSTEMS)) {
  test(`the types are right in ${name}`, t => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'callosum-types-'))
    t.after(() => fs.rmSync(folder, { recursive: true }))
    const modules = path.join(folder, 'node_modules')
    fs.mkdirSync(modules)
    fs.symlinkSync(root, path.join(modules, 'callosum-server-slots'), 'junction')
    fs.symlinkSync(path.join(root, 'node_modules', '@types'), path.join(modules, '@types'), 'junction')
    for (const file of files) fs.copyFileSync(path.join(__dirname, 'types', file), path.join(folder, file))
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2022', '--types', 'node']
    const { status, stdout } = spawnSync(process.execPath, [
      tsc, ...options, '--module', module, '--moduleResolution', resolution, '--ignoreDeprecations', '6.0', ...files
    ], { cwd: folder, encoding: 'utf8' })
    assert.strictEqual(status, 0, stdout)
  })
}
