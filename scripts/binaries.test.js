'use strict'

// The check of a binary finds what is wrong with one. That it finds nothing wrong with a good one is
// for build-all.js and tarball.test.js to show.

const assert = require('node:assert')
const { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const test = require('node:test')
const { check, faultsOf } = require('./binaries.js')
const { ROOT, files } = require('./platforms.js')

const EXPORTS = ['napi_register_module_v1']
const linux = { format: 'ELF', architecture: 'x64', exports: EXPORTS, libraries: ['libc.so.6'], versions: ['GLIBC_2.14', 'GLIBC_2.2.5'] }
const macos = {
  format: 'Mach-O', architecture: 'arm64', exports: ['_napi_register_module_v1'], libraries: ['/usr/lib/libSystem.B.dylib'], oldestMacOS: '11.0', signature: { adHoc: true, wrongPages: 0 }
}
const windows = { format: 'PE', architecture: 'x64', exports: EXPORTS, libraries: ['KERNEL32.dll', 'api-ms-win-crt-heap-l1-1-0.dll'] }

const bad = [
  ['the format of another system', 'x86_64-unknown-linux-gnu', { ...linux, format: 'PE' }, /the format must be ELF/],
  ['another architecture', 'aarch64-unknown-linux-gnu', linux, /the architecture must be arm64/],
  ['a second export', 'x86_64-unknown-linux-gnu', { ...linux, exports: [...EXPORTS, 'malloc'] }, /the exports must be napi_register_module_v1\. Received/],
  ['no export', 'x86_64-pc-windows-msvc', { ...windows, exports: [] }, /the exports must be/],
  ['a glibc that is too new', 'x86_64-unknown-linux-gnu', { ...linux, versions: ['GLIBC_2.9', 'GLIBC_2.18'] }, /glibc must be 2\.17 or older\. Received glibc 2\.18/],
  ['glibc where it should be musl', 'x86_64-unknown-linux-musl', { ...linux, versions: [] }, /needs libc\.so\.6/],
  ['libgcc_s', 'x86_64-unknown-linux-musl', { ...linux, libraries: ['libc.so', 'libgcc_s.so.1'], versions: [] }, /needs libgcc_s/],
  ['the Visual C++ runtime', 'x86_64-pc-windows-msvc', { ...windows, libraries: ['VCRUNTIME140.dll'] }, /needs VCRUNTIME140/],
  ['a macOS that is too new', 'aarch64-apple-darwin', { ...macos, oldestMacOS: '15.0' }, /macOS must be 11\.0/],
  ['no signature on arm64', 'aarch64-apple-darwin', { ...macos, signature: null }, /signature/],
  ['a page that the signature does not fit', 'aarch64-apple-darwin', { ...macos, signature: { adHoc: true, wrongPages: 1 } }, /signature/]
]

for (const [what, target, facts, message] of bad) {
  test(`it finds ${what}, and nothing else`, () => {
    const [fault, ...more] = faultsOf(target, facts, Buffer.alloc(0))
    assert.match(fault, message)
    assert.deepStrictEqual(more, [])
  })
}

test('it finds a path of the machine', () => {
  for (const path of [join(ROOT, 'src/lib.rs'), '/home/runner/work/a.rs', '/Users/me/a.rs', 'C:\\Users\\me\\a.rs']) {
    assert.strictEqual(faultsOf('x86_64-unknown-linux-gnu', linux, Buffer.from(`\0${path}\0`)).length, 1, path)
  }
})

test('it reads the program that runs this, which exports more than one function', async () => {
  const { faults } = await check('x86_64-unknown-linux-gnu', process.execPath)
  assert.match(faults.join('\n'), /the exports must be napi_register_module_v1/)
})

test('it refuses what is no binary', async () => {
  await assert.rejects(check('x86_64-unknown-linux-gnu', __filename), /is no binary that lief reads/)
})

const signed = join(ROOT, files.find(file => file.includes('darwin-arm64')))
test('it finds a byte that was changed after the file was signed', { skip: !existsSync(signed) && 'that file was not built here' }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'signature-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const copy = join(folder, 'changed.node')
  copyFileSync(signed, copy)
  assert.deepStrictEqual((await check('aarch64-apple-darwin', copy)).faults, [])
  const content = readFileSync(copy)
  content[content.length >> 1] ^= 1
  writeFileSync(copy, content)
  assert.match((await check('aarch64-apple-darwin', copy)).faults.join('\n'), /"wrongPages":1/)
})
