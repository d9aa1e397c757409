'use strict'

// Unpacks packages of Debian into a folder, without installing them on the machine. apt checks
// the lists of packages by Debian's signatures, and the packages by the lists.

const fs = require('fs')
const { join } = require('path')
const { FOLDER, run, step } = require('./workshop.js')

// The tests run on packages of one release, which may not be that of the machine.
const RELEASE = 'trixie'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const SOURCES = `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${RELEASE} main\n`

/**
 * Prepares an apt with state of its own, which also knows arm64; returns the file of its
 * settings.
 *
 * @param {boolean} own whether it takes packages of RELEASE, and not of the machine's sources
 */
async function apt (own) {
  const name = own ? `apt-${RELEASE}` : 'apt'
  const settings = join(FOLDER, `${name}.conf`)
  await step(name, async folder => {
    if (own && !fs.existsSync(KEYRING)) throw new Error(`Debian's packages cannot be checked: ${KEYRING} is missing. The package debian-archive-keyring has it.`)
    for (const path of ['state/lists/partial', 'cache/archives/partial']) fs.mkdirSync(join(folder, path), { recursive: true })
    for (const [file, text] of [['status', ''], ['sources.list', SOURCES]]) fs.writeFileSync(join(folder, file), text)
    fs.writeFileSync(settings, [
      `Dir::State "${join(folder, 'state')}";`,
      `Dir::State::status "${join(folder, 'status')}";`,
      `Dir::Cache "${join(folder, 'cache')}";`,
      ...(own ? [`Dir::Etc::sourcelist "${join(folder, 'sources.list')}";`, 'Dir::Etc::sourceparts "-";'] : []),
      'APT::Architectures { "amd64"; "arm64"; };',
      'Acquire::Languages "none";',
      ...(process.getuid() === 0 ? ['APT::Sandbox::User "root";'] : []),
      ''
    ].join('\n'))
    await run(`${name}-update`, 'apt-get', ['-c', settings, 'update'])
  })
  return settings
}

/** A folder with these packages unpacked. */
async function unpacked (name, packages, own = true) {
  return step(name, async folder => {
    const settings = await apt(own)
    const files = `${folder}.debs`
    fs.rmSync(files, { recursive: true, force: true })
    fs.mkdirSync(files)
    await run(`${name}-download`, 'apt-get', ['-c', settings, 'download', ...packages], { cwd: files })
    for (const file of fs.readdirSync(files)) await run(`${name}-unpack`, 'dpkg', ['-x', join(files, file), folder])
    fs.rmSync(files, { recursive: true })
  })
}

/** Debian's newest Rust, with the source of its standard library, compiled for arm64 besides x64. */
async function rust () {
  const settings = await apt(false)
  const depends = await run('apt-depends', 'apt-cache', ['-c', settings, 'depends', '--recurse', '--important', 'rustc-web'])
  const [library, version] = depends.match(/^libstd-rust-web-([\d.]+)/m)
  const [llvm] = depends.match(/^libllvm\d+/m)
  const packages = ['rustc-web', library, 'libstd-rust-web-dev', 'rust-web-src', llvm, `${library}:arm64`, 'libstd-rust-web-dev:arm64']
  return { folder: await unpacked(`debian-rust-${version}`, packages, false), version }
}

module.exports = { rust, unpacked }
