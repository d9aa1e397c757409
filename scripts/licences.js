'use strict'

// Writes THIRD-PARTY-NOTICES: the works of which the binaries contain parts, with their
// licences. With --check it compares the crates in it with Cargo.lock instead.
//
// cargo-about would not know Rust's standard library, nor MinGW-w64, which zig links.

const { execFileSync } = require('node:child_process')
const { readFileSync, readdirSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { parseArgs } = require('node:util')
const { zig } = require('./linking.js')
const { ROOT } = require('./platforms.js')

const FILE = join(ROOT, 'THIRD-PARTY-NOTICES')
const OTHER_SYSTEMS = /^(cc|dlmalloc|fortanix|getopts|hermit|moto|r-efi|rand|shlex|vex|wasi|windows_i686|wit)/
const MIT = readFileSync(join(ROOT, 'LICENSE'), 'utf8').replace(/Copyright.*\n+/, '')
const isCopyright = line => /^(copyright |all rights reserved)/i.test(line)

const run = (command, ...options) => execFileSync(command, options, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 })

/** The crates in the binaries, as `name version`; procedural macros are not. */
function linked () {
  const tree = run('cargo', 'tree', '--locked', '--edges', 'normal,no-proc-macro', '--target', 'all', '--prefix', 'none', '--format', '{p}')
  const names = [...tree.matchAll(/^(\S+) v(\S+)(?! \(\/)/gm)].map(([, name, version]) => `${name} ${version}`)
  return [...new Set(names)].filter(name => !name.startsWith('callosum-server-slots ')).sort()
}

/** Each crate's licence: of several that it offers, MIT's text if it has a file for it. */
function licencesOfCrates () {
  const { packages } = JSON.parse(run('cargo', 'metadata', '--locked', '--format-version', '1'))
  return linked().map(name => {
    const { license, authors, manifest_path: manifest } = packages.find(each => `${each.name} ${each.version}` === name)
    const files = readdirSync(dirname(manifest)).filter(file => /^(licen[cs]e|copying)/i.test(file))
    const file = files.find(file => /mit/i.test(file)) ?? files[0]
    const text = file ? readFileSync(join(dirname(manifest), file), 'utf8') : `Copyright (c) ${authors.join(', ')}\n\n${MIT}`
    return { name, license, text }
  })
}

/** The same for the standard library, from what comes with Rust's documentation. */
function licencesOfStandardLibrary () {
  const folder = join(run('rustc', '--print', 'sysroot').trim(), 'share', 'doc', 'rust')
  const html = readFileSync(join(folder, 'COPYRIGHT-library.html'), 'utf8')
  const entities = text => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
  const crates = html.split('<h3>📦 ').slice(1).filter(crate => !OTHER_SYSTEMS.test(crate)).map(crate => {
    const notices = [...crate.matchAll(/<summary><code>(.*?)<\/code><\/summary>\s*<pre>([^]*?)<\/pre>/g)]
    const [, , text] = notices.find(([, file]) => /mit/i.test(file)) ?? notices[0]
    return { name: crate.match(/^(.+?)<\/h3>/)[1].replace(/-(?=\d)/, ' '), license: crate.match(/License:<\/b> (.*?)<\/p>/)[1], text: entities(text) }
  })
  return [
    { name: "Rust's standard library", license: 'MIT OR Apache-2.0', text: `Copyright (c) The Rust Project Contributors\n\n${MIT}` },
    { name: "Rust's standard library, tables of Unicode", license: 'Unicode-3.0', text: readFileSync(join(folder, 'licenses', 'Unicode-3.0.txt'), 'utf8') },
    ...crates
  ]
}

/** Works of one licence, which differ in their copyright alone, share its text. */
function grouped (works) {
  const groups = new Map()
  for (const { name, license, text } of works) {
    const lines = text.trim().split('\n').map(line => line.trim())
    const terms = lines.filter(line => !isCopyright(line)).join('\n').replace(/^The MIT License.*|^MIT License.*/i, '').trim()
    const key = terms.replace(/\s+/g, ' ')
    if (!groups.has(key)) groups.set(key, { terms, works: [] })
    groups.get(key).works.push([`- ${name}, ${license}`, ...lines.filter(isCopyright).map(line => `  ${line}`)].join('\n'))
  }
  return [...groups.values()].map(({ terms, works }) => `${works.join('\n')}\n\n${terms}\n`)
}

async function main () {
  const { values: { check } } = parseArgs({ options: { check: { type: 'boolean' } } })
  if (check) {
    const [crates] = readFileSync(FILE, 'utf8').split('\n## In Rust')
    const noted = Array.from(crates.matchAll(/^- (\S+ \S+), /gm), ([, name]) => name).sort()
    if (noted.join() === linked().join()) return
    throw new Error('THIRD-PARTY-NOTICES has not the crates of Cargo.lock: node scripts/licences.js writes it again')
  }
  const mingw = readFileSync(join(await zig(), 'ziglang/lib/libc/mingw/COPYING'), 'utf8')
  writeFileSync(FILE, [
    'The binaries of callosum-server-slots contain parts of these works.\n',
    '## Crates\n', ...grouped(licencesOfCrates()),
    "## In Rust's standard library\n", ...grouped(licencesOfStandardLibrary()),
    '## In the binaries for Windows\n', '- MinGW-w64 runtime\n', mingw
  ].join('\n').replace(/[ \t]+$/gm, ''))
}

main().catch(error => {
  console.error(error.message)
  process.exitCode = 1
})
