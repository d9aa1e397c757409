'use strict'

// Runs the examples as programs.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const net = require('node:net')
const path = require('node:path')

const { until } = require('./callosum-servers')

const ROOT = path.join(__dirname, '..', '..')
const onWindows = process.platform === 'win32' && 'Windows does not have it'

const children = new Set()
process.on('exit', () => { for (const child of children) child.kill('SIGKILL') })

/**
 * Runs a program of this project; it is killed when the test `t` ends, however it ends.
 *
 * @param {string[]} args the first is the program's file, from the root
 * @param {object} [options]
 * @param {object} [options.env]
 * @param {string[]} [options.preload] names of files in preload/
 * @param {string} [options.shell] what a shell does before, such as 'ulimit -n 64'
 * @param {string} [options.terminal] the size of a terminal, such as '80x24', that stdout is said to be
 */
function run (t, [file, ...args], { env, preload = [], shell, terminal } = {}) {
  const preloads = [...preload, ...(terminal ? ['terminal'] : [])].flatMap(name => ['-r', path.join(__dirname, 'preload', `${name}.js`)])
  const command = [process.execPath, ...preloads, path.join(ROOT, file), ...args]
  if (shell) command.unshift('sh', '-c', `${shell} && exec "$0" "$@"`)
  const child = spawn(command[0], command.slice(1), {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', ...(terminal && { TERMINAL: terminal }), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  children.add(child)
  t.after(() => child.kill('SIGKILL'))
  const program = {
    child,
    output: '',
    stderr: '',
    end: undefined, // { code, signal }

    get lines () { return program.output.split('\n').slice(0, -1) },

    /** Resolves to the match when the output has a line that matches. */
    async shows (pattern) {
      const match = () => program.lines.map(line => pattern.exec(line)).find(Boolean)
      await until(match, () => `${pattern} in\n${program.output}${program.stderr}`)
      return match()
    },

    async ends () {
      await until(() => program.end, () => `the end, after\n${program.output}`)
      return program.end
    }
  }
  child.stdout.setEncoding('utf8').on('data', data => { program.output += data })
  child.stderr.setEncoding('utf8').on('data', data => { program.stderr += data })
  child.on('close', (code, signal) => {
    children.delete(child)
    program.end = { code, signal }
  })
  return program
}

/** Runs a server, and waits until it listens. `port` is where. */
async function start (t, args, options) {
  const program = run(t, args, options)
  program.port = Number((await program.shows(/listen\w* on \D*(?:[\d.]+:)?(\d+)$/))[1])
  return program
}

/** Lets a server of examples/limited-server.js listen in this process until the test ends; returns where. */
async function listen (t, { server, close }) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => close(0))
  return { host: '127.0.0.1', port: server.address().port }
}

/** A connection to a server, whose slot may be yet to come. */
function dial (t, port, options) {
  const socket = net.connect({ port, host: '127.0.0.1', ...options })
  t.after(() => socket.destroy())
  const client = { socket, received: '', closed: false, slot: undefined, port: undefined }
  socket.on('connect', () => { client.port = socket.localPort })
  socket.setEncoding('latin1').on('data', data => { client.received += data })
  for (const event of ['end', 'close']) socket.on(event, () => { client.closed = true })
  socket.on('error', () => {})
  return client
}

/** A connection to a server that has its slot. */
async function connect (t, port, options) {
  const client = dial(t, port, options)
  await until(() => client.received.includes('\n') || client.closed, () => 'a slot')
  assert.match(client.received, /^(0|[1-9]\d*)\r\n$/)
  client.slot = parseInt(client.received, 10)
  return client
}

/** The frames that a program has drawn on a terminal, as arrays of lines without colours. */
function framesOf (output) {
  return output.split('\x1b[H').slice(1).filter(frame => frame.includes('\x1b[J')).map(frame =>
    frame.slice(0, frame.indexOf('\x1b[J')).replace(/\x1b\[(\d*m|K)/g, '').split('\n')) // eslint-disable-line no-control-regex
}

module.exports = { ROOT, connect, dial, framesOf, listen, onWindows, run, start, until }
