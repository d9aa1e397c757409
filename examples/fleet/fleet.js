'use strict'

const { spawn } = require('node:child_process')
const { EventEmitter, once } = require('node:events')
const path = require('node:path')

const Record = require('./record')

const HOST = '127.0.0.1'
const CLIENT = path.join(__dirname, 'client.js')
const CHILD = path.join(__dirname, 'child.js')
const SERVER = path.join(__dirname, '..', 'server.js')

const children = new Set()
process.on('exit', () => { for (const child of children) child.kill('SIGKILL') })

/**
 * Servers and clients, each in a process of its own. Emits 'broken' with an Error when one
 * of them ends before it was told to, or fails.
 */
class Fleet extends EventEmitter {
  constructor () {
    super()
    this.servers = [] // also the killed ones
    this.clients = []
  }

  get running () { return this.servers.filter(server => server.running) }

  async startServer () {
    const number = this.servers.length + 1
    const record = new Record()
    const server = { number, record, child: undefined, port: undefined, running: false, served: undefined }
    this.servers.push(server)
    server.port = Number(await new Promise(resolve => {
      server.child = this.start(`server ${number}`, line => {
        const [, port, served] = /^listening on \S+:(\d+)$|^connections served: (\d+)$/.exec(line) || []
        if (port !== undefined) resolve(port)
        else if (served !== undefined) server.served = Number(served)
        else record.read(line)
      }, SERVER)
    }))
    server.running = true
    return server
  }

  async startClient (options) {
    const child = this.start(`client ${this.clients.length + 1}`, () => {}, CLIENT, JSON.stringify(options))
    this.clients.push(child)
    await once(child, 'message')
  }

  /** Sends the list of servers to the clients, in place of DNS. */
  announceServers () {
    this.tellClients('servers', this.running.map(({ port }) => ({ host: HOST, port })))
  }

  tellClients (task, argument) {
    for (const client of this.clients) client.send({ task, argument })
  }

  async kill (server) {
    server.running = false
    await this.end(server.child, () => server.child.kill('SIGKILL'))
  }

  /** Makes the clients stop roving; returns what each has to report. */
  async halt () {
    const answers = this.clients.map(client => once(client, 'message'))
    this.tellClients('halt')
    return (await Promise.all(answers)).map(([report]) => report)
  }

  async endClients () {
    await Promise.all(this.clients.map(client => this.end(client, () => client.send({ task: 'end' }))))
  }

  async endServers () {
    await Promise.all(this.running.map(({ child }) => this.end(child, () => child.kill('SIGTERM'))))
  }

  start (name, read, script, ...args) {
    const child = spawn(process.execPath, ['-r', CHILD, script, ...args], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc']
    })
    children.add(child)
    let rest = '' // an incomplete line; that of a killed server may stay incomplete
    child.stdout.setEncoding('latin1').on('data', text => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      lines.forEach(read)
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => { said += text })
    child.on('error', error => this.emit('broken', error))
    child.on('close', (code, signal) => {
      children.delete(child)
      const asTold = child.told && (code === 0 || signal === 'SIGKILL')
      if (!asTold) {
        this.emit('broken', new Error(`${name} ended, ${signal || 'exit code ' + code}: ${said || 'it said nothing'}`))
      }
    })
    return child
  }

  async end (child, tell) {
    child.told = true
    const closed = once(child, 'close') // with all of its output
    tell()
    await closed
  }
}

module.exports = Fleet
