'use strict'

// Makes the tarball that is published. Its package.json has what users need: the scripts of a
// clone, `prepare` above all, would make npm warn of them, or refuse. npm packs a copy, so
// nothing here is changed and changed back. Prints the tarball's path.

const { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { dirname, join, resolve } = require('node:path')
const { parseArgs } = require('node:util')
const { build } = require('./build.js')
const { ROOT, files } = require('./platforms.js')
const { npm } = require('./run.js')

const HELP = `Makes the tarball that is published.

  node scripts/pack.js [--as-is] [--complete] [--destination folder]

  --as-is        takes this machine's binary as it is, and does not build it for all glibc
  --complete     refuses if the binary of a platform is missing
  --destination  where to put the tarball; here by default
`
const FOR_CLONES = ['scripts', 'devDependencies', 'overrides', 'allowScripts', 'napi']

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
    options: { 'as-is': { type: 'boolean' }, complete: { type: 'boolean' }, destination: { type: 'string', default: '.' }, help: { type: 'boolean' } }
  })
  if (values.help) return process.stdout.write(HELP)
  if (!values['as-is']) await build()
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
