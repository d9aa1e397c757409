'use strict'

// A page of Next.js that uses the package, built with the setting that docs/platforms.md names.
// Next.js is too large for a devDependency: this needs the registry.

const assert = require('node:assert')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { mkdirSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const test = require('node:test')
const { temporaryFolder, install } = require('../__test__/support/installed.js')

const PAGE = `
  import { CallosumServerSlots } from 'callosum-server-slots'
  export const dynamic = 'force-dynamic'
  const slots = new CallosumServerSlots()
  slots.get()
  export default function Page () { return <p>{\`slot \${slots.get()}\`}</p> }`
const LAYOUT = 'export default function Layout ({ children }) { return <html><body>{children}</body></html> }'

test('Next.js leaves it out with serverExternalPackages, and copies it with its standalone output', async t => {
  const folder = temporaryFolder(t)
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', HOSTNAME: '127.0.0.1', PORT: '0' }
  const run = (command, ...options) => {
    const { error, status, stdout, stderr } = spawnSync(command, options, { cwd: folder, env, encoding: 'utf8', shell: process.platform === 'win32' })
    assert.strictEqual(status, 0, error ? error.message : stdout + stderr)
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', 'next@16', 'react@19', 'react-dom@19')
  install(folder)
  mkdirSync(join(folder, 'app'))
  writeFileSync(join(folder, 'app', 'layout.js'), LAYOUT)
  writeFileSync(join(folder, 'app', 'page.js'), PAGE)
  writeFileSync(join(folder, 'next.config.mjs'), "export default { serverExternalPackages: ['callosum-server-slots'], output: 'standalone' }")
  run(process.execPath, createRequire(join(folder, 'package.json')).resolve('next/dist/bin/next'), 'build')

  const server = spawn(process.execPath, [join(folder, '.next', 'standalone', 'server.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => server.kill())
  let output = ''
  for await (const text of server.stdout.setEncoding('utf8')) {
    output += text
    if (/Ready/.test(output)) break
  }
  const [url] = output.match(/http:\/\/127\.0\.0\.1:\d+/)
  const response = await fetch(url)
  assert.match(await response.text(), /slot 1/)
  server.kill()
  await once(server, 'exit')
})
