'use strict'

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const test = require('node:test')
const esbuild = require('esbuild')
const { rollup } = require('rollup')
const webpack = require('webpack')
const { files } = require('../../scripts/platforms.js')
const { temporaryFolder, install } = require('../support/installed.js')

const PROGRAM = "const Slots = require('callosum-server-slots'); const slots = new Slots(); slots.get(); console.log(slots.get())"

const MODULE = "import { CallosumServerSlots } from 'callosum-server-slots'; const slots = new CallosumServerSlots(); slots.get(); console.log(slots.get())"

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

/** Runs the bundle where it finds the package in node_modules. */
function assertRunsBeside (file) {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
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

test('esbuild bundles it into an ES module that makes a require()', t => {
  const { folder, output } = application(t)
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'platforms.md'), 'utf8')
  writeFileSync(join(folder, 'program.mjs'), MODULE)
  const { warnings } = esbuild.buildSync({
    entryPoints: [join(folder, 'program.mjs')],
    outdir: output,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    loader: { '.node': 'copy' },
    banner: { js: /--banner:js="(const .*)"/.exec(page)[1] }
  })
  assert.deepStrictEqual(warnings, [])
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'program.mjs')
})

test('esbuild leaves it out of an ES module with --packages=external', t => {
  const { folder, output } = application(t)
  writeFileSync(join(folder, 'program.mjs'), MODULE)
  const { warnings } = esbuild.buildSync({
    entryPoints: [join(folder, 'program.mjs')],
    outfile: join(output, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external'
  })
  assert.deepStrictEqual(warnings, [])
  assertRunsBeside(join(output, 'program.mjs'))
})

test('rollup leaves it out with external', async t => {
  const { folder, output } = application(t)
  writeFileSync(join(folder, 'program.mjs'), MODULE)
  const warnings = []
  const bundle = await rollup({
    input: join(folder, 'program.mjs'), external: ['callosum-server-slots'], onwarn: warning => warnings.push(warning.message)
  })
  await bundle.write({ file: join(output, 'program.mjs'), format: 'es' })
  assert.deepStrictEqual(warnings, [])
  assertRunsBeside(join(output, 'program.mjs'))
})

test('Vite leaves it out of a build for servers with ssr.external', async t => {
  const { folder, output } = application(t)
  writeFileSync(join(folder, 'program.mjs'), MODULE)
  const { build } = await import('vite')
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true, external: ['callosum-server-slots'] },
    build: { ssr: 'program.mjs', outDir: output }
  })
  assertRunsBeside(join(output, 'program.mjs'))
})

/** Bundles the program with webpack, without a warning. */
async function bundleWithWebpack (folder, output, options) {
  const stats = await new Promise((resolve, reject) => webpack({
    mode: 'production', target: 'node', context: folder, entry: './program.js', output: { path: output, filename: 'program.js' }, ...options
  }, (error, stats) => error ? reject(error) : resolve(stats)))
  const { warnings, errors } = stats.toJson()
  assert.deepStrictEqual([...warnings, ...errors].map(({ message }) => message), [])
}

test('webpack with node-loader bundles the files of all platforms, without a warning', async t => {
  const { folder, copy, output } = application(t)
  const present = readdirSync(copy).filter(file => file.endsWith('.node'))
  for (const file of files) if (!present.includes(file)) cpSync(join(copy, present[0]), join(copy, file))
  await bundleWithWebpack(folder, output, {
    node: { __dirname: false },
    module: { rules: [{ test: /\.node$/, loader: require.resolve('node-loader'), options: { name: '[name].[ext]' } }] }
  })
  assert.deepStrictEqual(readdirSync(output).sort(), [...files, 'program.js'].sort())
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'program.js')
})

test('webpack leaves it out with externals', async t => {
  const { folder, output } = application(t)
  await bundleWithWebpack(folder, output, { externals: { 'callosum-server-slots': 'commonjs callosum-server-slots' } })
  assertRunsBeside(join(output, 'program.js'))
})

function bundleWithNcc (folder, ...options) {
  const ncc = require.resolve('@vercel/ncc/dist/ncc/cli.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [ncc, 'build', 'program.js', '--out', 'output', '--no-cache', ...options], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(status, 0, stdout + stderr)
}

test("ncc bundles it without settings, by webpack's asset relocator", t => {
  const { folder, output } = application(t)
  bundleWithNcc(folder)
  rmSync(join(folder, 'node_modules'), { recursive: true })
  assertRuns(t, output, 'index.js')
})

test('ncc leaves it out with --external', t => {
  const { folder, output } = application(t)
  bundleWithNcc(folder, '--external', 'callosum-server-slots')
  assertRunsBeside(join(output, 'index.js'))
})
