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

const NAME = 'callosum-server-slots'
const PROGRAM = `const Slots = require('${NAME}'); const slots = new Slots(); slots.get(); console.log(slots.get())`
const MODULE = `import { CallosumServerSlots } from '${NAME}'; const slots = new CallosumServerSlots(); slots.get(); console.log(slots.get())`

/** A folder with a program, also as a module, and the package in its node_modules. */
function application (t) {
  const folder = temporaryFolder(t)
  const copy = install(folder)
  writeFileSync(join(folder, 'program.js'), PROGRAM)
  writeFileSync(join(folder, 'program.mjs'), MODULE)
  return { folder, copy, output: join(folder, 'output') }
}

function assertRuns (folder, file) {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(stdout, '1\n', stderr)
}

/** Runs the bundle where the package itself is out of its reach. */
function assertRunsElsewhere (t, { folder, output }, file) {
  const elsewhere = join(temporaryFolder(t), 'elsewhere')
  cpSync(output, elsewhere, { recursive: true })
  rmSync(folder, { recursive: true })
  assertRuns(elsewhere, file)
}

const assertNoWarning = warnings => assert.deepStrictEqual(warnings.map(({ message, text = message }) => text), [])

const ES_MODULE = { format: 'esm', outExtension: { '.js': '.mjs' } }

async function bundleWithEsbuild ({ folder, output }, file, options) {
  const { warnings } = await esbuild.build({ entryPoints: [join(folder, file)], outdir: output, bundle: true, platform: 'node', ...options })
  assertNoWarning(warnings)
}

async function bundleWithWebpack (folder, output, options) {
  const stats = await new Promise((resolve, reject) => webpack({
    mode: 'production', target: 'node', context: folder, entry: './program.js', output: { path: output, filename: 'program.js' }, ...options
  }, (error, stats) => error ? reject(error) : resolve(stats)))
  const { warnings, errors } = stats.toJson()
  assertNoWarning([...warnings, ...errors])
}

function bundleWithNcc (folder, ...options) {
  const ncc = require.resolve('@vercel/ncc/dist/ncc/cli.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [ncc, 'build', 'program.js', '--out', 'output', '--no-cache', ...options], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(status, 0, stdout + stderr)
}

test('esbuild bundles it when it copies .node files', async t => {
  const app = application(t)
  await bundleWithEsbuild(app, 'program.js', { loader: { '.node': 'copy' } })
  assertRunsElsewhere(t, app, 'program.js')
})

test('esbuild bundles it into an ES module that makes a require()', async t => {
  const app = application(t)
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'platforms.md'), 'utf8')
  const banner = { js: /--banner:js="(const .*)"/.exec(page)[1] }
  await bundleWithEsbuild(app, 'program.mjs', { ...ES_MODULE, loader: { '.node': 'copy' }, banner })
  assertRunsElsewhere(t, app, 'program.mjs')
})

test('webpack with node-loader bundles the files of all platforms, without a warning', async t => {
  const app = application(t)
  const present = readdirSync(app.copy).filter(file => file.endsWith('.node'))
  for (const file of files) if (!present.includes(file)) cpSync(join(app.copy, present[0]), join(app.copy, file))
  await bundleWithWebpack(app.folder, app.output, {
    node: { __dirname: false },
    module: { rules: [{ test: /\.node$/, loader: require.resolve('node-loader'), options: { name: '[name].[ext]' } }] }
  })
  assert.deepStrictEqual(readdirSync(app.output).sort(), [...files, 'program.js'].sort())
  assertRunsElsewhere(t, app, 'program.js')
})

test("ncc bundles it without settings, by webpack's asset relocator", t => {
  const app = application(t)
  bundleWithNcc(app.folder)
  assertRunsElsewhere(t, app, 'index.js')
})

// How each leaves it out; returns the name of the bundle.
const leaveOut = {
  async 'esbuild, in an ES module, with --packages=external' (folder, output) {
    await bundleWithEsbuild({ folder, output }, 'program.mjs', { ...ES_MODULE, packages: 'external' })
    return 'program.mjs'
  },
  async 'rollup with external' (folder, dir) {
    const warnings = []
    const bundle = await rollup({ input: join(folder, 'program.mjs'), external: [NAME], onwarn: warning => warnings.push(warning) })
    await bundle.write({ dir, format: 'es', entryFileNames: '[name].mjs' })
    assertNoWarning(warnings)
    return 'program.mjs'
  },
  async 'Vite, in a build for servers, with ssr.external' (root, outDir) {
    const { build } = await import('vite')
    const ssr = { noExternal: true, external: [NAME] }
    await build({ root, configFile: false, logLevel: 'silent', ssr, build: { ssr: 'program.mjs', outDir } })
    return 'program.mjs'
  },
  async 'webpack with externals' (folder, output) {
    await bundleWithWebpack(folder, output, { externals: { [NAME]: `commonjs ${NAME}` } })
    return 'program.js'
  },
  async 'ncc with --external' (folder) {
    bundleWithNcc(folder, '--external', NAME)
    return 'index.js'
  }
}

for (const [name, bundle] of Object.entries(leaveOut)) {
  test(`it is left out by ${name}`, async t => {
    const { folder, output } = application(t)
    assertRuns(output, await bundle(folder, output))
  })
}
