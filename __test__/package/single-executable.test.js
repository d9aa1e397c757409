'use strict'

// A single executable application, as docs/platforms.md says how to make one. postject makes
// one on every system, but macOS wants it signed.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const test = require('node:test')
const { temporaryFolder, install } = require('../support/installed.js')

const ROOT = join(__dirname, '..', '..')
const { bun, deno, node } = process.versions
const [, banner] = readFileSync(join(ROOT, 'docs', 'platforms.md'), 'utf8').match(/--banner:js="(require = .+)"/)

if (!bun && !deno && parseInt(node) >= 20 && process.platform !== 'darwin') {
  test('a single executable application loads the binary beside it', async t => {
    const folder = temporaryFolder(t)
    install(folder)
    const run = (command, ...options) => {
      const { error, status, stdout, stderr } = spawnSync(command, options, { cwd: folder, encoding: 'utf8' })
      assert.strictEqual(status, 0, error ? error.message : stdout + stderr)
      return stdout
    }
    writeFileSync(join(folder, 'program.js'), "const Slots = require('callosum-server-slots'); console.log(new Slots().get())")
    require('esbuild').buildSync({
      absWorkingDir: folder, entryPoints: ['program.js'], outdir: 'output', bundle: true, platform: 'node', loader: { '.node': 'copy' }, banner: { js: banner }
    })
    writeFileSync(join(folder, 'sea.json'), JSON.stringify({ main: 'output/program.js', output: 'program.blob', disableExperimentalSEAWarning: true }))
    run(process.execPath, '--experimental-sea-config', 'sea.json')
    const app = join(folder, 'app', 'program.exe')
    mkdirSync(join(folder, 'app'))
    cpSync(process.execPath, app)
    const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
    await require('postject').inject(app, 'NODE_SEA_BLOB', readFileSync(join(folder, 'program.blob')), { sentinelFuse: fuse })
    for (const file of readdirSync(join(folder, 'output')).filter(file => file.endsWith('.node'))) {
      renameSync(join(folder, 'output', file), join(folder, 'app', file))
    }
    assert.strictEqual(run(app), '0\n')
  })
}
