'use strict'

const assert = require('assert')
const { spawnSync } = require('child_process')
const { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } = require('fs')
const { join } = require('path')
const test = require('node:test')
const esbuild = require('esbuild')
const { temporaryFolder, install } = require('../support/installed.js')

const PROGRAM = "const Slots = require('callosum-server-slots'); const slots = new Slots(); slots.get(); console.log(slots.get())"

/** A folder with a program, and the package in its node_modules. */
function application (t) {
  const folder = temporaryFolder(t)
  const copy = install(folder)
  writeFileSync(join(folder, 'program.js'), PROGRAM)
  return { folder, copy, output: join(folder, 'output') }
}

/** Runs the bundle where the package itself is out of its reach. */
function assertRuns (t, output, file) {
  const elsewhere = join(temporaryFolder(t), 'elsewhere')
  cpSync(output, elsewhere, { recursive: true })
  rmSync(output, { recursive: true })
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: elsewhere, encoding: 'utf8' })
  assert.strictEqual(stdout, '1\n', stderr)
}

test('esbuild bundles it when it copies .node files', t => {
  const { folder, output } = application(t)
  const { warnings } = esbuild.buildSync({
    entryPoints: [join(folder, 'program.js')],
    outdir: output,
    bundle: true,
    platform: 'node',
    loader: { '.node': 'copy' }
  })
  assert.deepStrictEqual(warnings, [])
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'program.js')
})

test('esbuild bundles it with .node files external, when they are put beside the bundle', t => {
  const { folder, copy, output } = application(t)
  esbuild.buildSync({
    entryPoints: [join(folder, 'program.js')],
    outdir: output,
    bundle: true,
    platform: 'node',
    external: ['*.node']
  })
  for (const file of readdirSync(copy).filter(file => file.endsWith('.node'))) cpSync(join(copy, file), join(output, file))
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'program.js')
})

test("ncc bundles it without settings, by webpack's asset relocator", t => {
  const { folder, output } = application(t)
  mkdirSync(output)
  const ncc = require.resolve('@vercel/ncc/dist/ncc/cli.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [ncc, 'build', 'program.js', '--out', 'output', '--no-cache'], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(status, 0, stdout + stderr)
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'index.js')
})
