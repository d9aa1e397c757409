'use strict'

// Unpacks packages of Debian into a folder, without installing them on the machine. apt checks
// the lists of packages by Debian's signatures, and the packages by the lists.

const fs = require('node:fs')
const { join } = require('node:path')
const { FOLDER, run, step } = require('./workshop.js')

const RELEASE = 'trixie'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const SOURCES = `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${RELEASE} main\n`

/** Prepares an apt with state of its own, which also knows arm64; returns the file of its settings. */
async function apt () {
  const settings = join(FOLDER, 'apt.conf')
  await step(`apt-${RELEASE}`, async folder => {
    if (!fs.existsSync(KEYRING)) throw new Error(`Debian's packages cannot be checked: ${KEYRING} is missing. The package debian-archive-keyring has it.`)
    for (const path of ['state/lists/partial', 'cache/archives/partial']) fs.mkdirSync(join(folder, path), { recursive: true })
    for (const [file, text] of [['status', ''], ['sources.list', SOURCES]]) fs.writeFileSync(join(folder, file), text)
    fs.writeFileSync(settings, [
      `Dir::State "${join(folder, 'state')}";`,
      `Dir::State::status "${join(folder, 'status')}";`,
      `Dir::Cache "${join(folder, 'cache')}";`,
      `Dir::Etc::sourcelist "${join(folder, 'sources.list')}";`,
      'Dir::Etc::sourceparts "-";',
      'APT::Architectures { "amd64"; "arm64"; };',
      'Acquire::Languages "none";',
      ...(process.getuid() === 0 ? ['APT::Sandbox::User "root";'] : []),
      ''
    ].join('\n'))
    await run('apt-update', 'apt-get', ['-c', settings, 'update'])
  })
  return settings
}

/** A folder with these packages unpacked. */
async function unpacked (name, packages) {
  return step(name, async folder => {
    const settings = await apt()
    const files = `${folder}.debs`
    fs.rmSync(files, { recursive: true, force: true })
    fs.mkdirSync(files)
    await run(`${name}-download`, 'apt-get', ['-c', settings, 'download', ...packages], { cwd: files })
    for (const file of fs.readdirSync(files)) await run(`${name}-unpack`, 'dpkg', ['-x', join(files, file), folder])
    fs.rmSync(files, { recursive: true })
  })
}

module.exports = { unpacked }
