'use strict'

// Makes the tarball that is published, and prints its path:
//
//   node scripts/pack.js [--as-is] [--complete] [--destination folder]
//
//   --as-is        takes all binaries as they are, and does not build this machine's for all glibc
//   --complete     refuses if the binary of a platform is missing
//   --destination  where to put the tarball; here by default
//
// Its package.json has what users need: the scripts of a clone, `prepare` above all, would make
// npm warn of them, or refuse. npm packs a copy, so nothing here is changed and changed back.

const { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { dirname, join, resolve } = require('node:path')
const { parseArgs } = require('node:util')
const { build, put, remapping } = require('./build.js')
const { ROOT, fileOf, files, targets } = require('./platforms.js')
const { npm } = require('./run.js')

const FOR_CLONES = ['scripts', 'devDependencies', 'overrides', 'allowScripts', 'napi']

/** Builds this machine's binary; on Linux for all glibc from 2.17 on. Elsewhere a binary of the system's linker runs on other machines too. */
async function buildHere () {
  if (process.platform !== 'linux') return npm(['run', '--silent', 'build'])
  const target = targets.find(target => fileOf(target).endsWith(`.linux-${process.arch}-gnu.node`))
  if (target === undefined) throw new Error(`The package has no binary for linux ${process.arch}. build-from-source.js builds one for this machine.`)
  put(await build(target, { env: process.env, remap: remapping() }), target)
}

/** Copies what npm would pack to a folder. */
function stage (folder) {
  const [{ files }] = JSON.parse(npm(['pack', '--ignore-scripts', '--dry-run', '--json']))
  rmSync(folder, { recursive: true, force: true })
  for (const { path } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(ROOT, path), join(folder, path))
  }
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const key of FOR_CLONES) delete manifest[key]
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2) + '\n')
}

async function main () {
  const { values } = parseArgs({
    options: { 'as-is': { type: 'boolean' }, complete: { type: 'boolean' }, destination: { type: 'string', default: '.' } }
  })
  if (!values['as-is']) await buildHere()
  const missing = files.filter(file => !existsSync(join(ROOT, file)))
  if (values.complete && missing.length > 0) throw new Error(`Cannot pack: these binaries are missing: ${missing.join(', ')}`)
  if (missing.length > 0) console.error(`Not in the tarball, since \`node scripts/build-all.js\` alone builds them: ${missing.join(', ')}`)
  const folder = join(ROOT, 'target', 'package')
  stage(folder)
  const destination = resolve(values.destination)
  const [{ filename }] = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', destination, folder]))
  console.log(join(destination, filename))
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
