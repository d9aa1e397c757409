'use strict'

// A server and a client for it over TLS, with a certificate that openssl makes.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const tls = require('node:tls')
const { pair } = require('./callosum-servers.js')

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
let pem

/** A certificate for localhost, with its key. */
function certificate () {
  const folder = mkdtempSync(join(tmpdir(), 'client-tls-'))
  const file = join(folder, 'both.pem')
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '36500',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', file, '-out', file], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const text = readFileSync(file, 'utf8')
  rmSync(folder, { recursive: true })
  return text
}

/** Like pair(), over TLS. */
function securePair (t, serve, options, serverOptions) {
  pem = pem || certificate()
  const listener = handler => tls.createServer({ key: pem, cert: pem }, handler)
  return pair(t, serve, { ...options, connect: tls.connect }, { listener, servername: 'localhost', ca: pem, ...serverOptions })
}

module.exports = { hasOpenssl, securePair }
