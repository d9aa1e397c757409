'use strict'

// A Callosum server over TCP. It writes a slot to each connection, as decimal digits and
// '\r\n': that is the whole protocol. The slot is free again when the connection ends.
//
//   node examples/server.js           then, elsewhere: nc 127.0.0.1 4040
//   PORT=0 node examples/server.js    listens on any free port

// It takes no options.
if (process.argv.length > 2) usage(process.argv[2])

const net = require('net')
const CallosumServerSlots = require('..') // yours: require('callosum-server-slots')

const HOST = '127.0.0.1'
const PORT = process.env.PORT || '4040'

// The reader of the output may close it, as head does.
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// ---- The protocol ----

// Each connection is an open file. At the limit of open files the system drops new
// connections silently, so there are no more slots than that.
const FILES = openFilesLimit()
const SPARE_FILES = 32 // open files that are not connections

const slots = new CallosumServerSlots({ maxSlots: Math.max(1, Math.min(FILES - SPARE_FILES, 2147483647)) })
const inUse = new Map() // the socket of each slot in use
let served = 0

slots.on('full', () => report(`! full: ${slots.size} connections are as many as ${FILES} open files allow (ulimit -n)`))
slots.on('error', error => report('! ' + error.message)) // for example a failed allocation; without a listener it would throw

const server = net.createServer(socket => {
  const slot = slots.get()
  if (slot === undefined) return socket.destroy()

  // Read now, because a closed socket no longer knows its peer. A socket that was reset
  // before it was accepted never knew it.
  const peer = socket.remoteAddress ? `${socket.remoteAddress}:${socket.remotePort}` : 'gone'

  served++
  inUse.set(slot, socket)
  report(`+ ${slot}  ${peer}  ${slots.size} in use`)

  // 'close' is emitted exactly once, however the connection ends. 'end' and 'error' may both
  // be emitted, or neither.
  socket.on('close', () => {
    inUse.delete(slot)
    slots.put(slot)
    report(`- ${slot}  ${peer}  ${slots.size} in use`)
  })
  socket.on('error', () => {}) // for example a reset by the client; 'close' follows
  socket.resume() // a socket ends only when all that was sent to it has been read
  socket.setKeepAlive(true, 60000) // detects clients that vanish without a FIN
  socket.write(`${slot}\r\n`)
})

server.on('listening', () => {
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const title = `listening on ${HOST}:${server.address().port}`
  console.log(title)
  if (process.stdout.isTTY) openScreen(title + '   (Ctrl-C ends it)')
  process.on('exit', () => console.log(`connections served: ${served}`))
})

server.on('error', error => {
  // If a connection could not be accepted, for example because too many files are open
  // (EMFILE), the others go on.
  if (server.listening) return report('! ' + error.message)
  const why = error.code === 'EADDRINUSE' ? 'the port is in use; set PORT to another' : error.message
  fail(`Cannot listen on ${HOST}:${PORT}: ${why}`)
})

// When no connection is left, the process ends by itself.
function stop () {
  server.close()
  for (const socket of inUse.values()) socket.destroy()
}

/** The limit of open files, which Node.js has raised as far as it may. Windows and Deno report none. */
function openFilesLimit () {
  const { userLimits } = process.report ? process.report.getReport() : {}
  return (userLimits && Number(userLimits.open_files.soft)) || Infinity // or 'unlimited'
}

function usage (argument) {
  const wrong = argument !== '--help'
  const say = wrong ? console.error : console.log
  say(wrong ? `There is no option ${argument}: the environment has PORT` : 'PORT=N node examples/server.js\n  PORT   an integer from 0 to 65535, where 0 is any free port (4040)')
  process.exit(wrong ? 2 : 0)
}

function fail (message) {
  console.error(message)
  process.exitCode = 1
}

// ---- The output: a line for each event, or on a terminal the slots ----

let report = console.log

function openScreen (title) {
  const { stdout } = process
  let news = ''
  let timer = null

  function draw () {
    timer = null
    const lines = render(inUse, title, news, stdout.columns || 80, stdout.rows || 24)
      .map(line => line.replace(/#+/g, '\x1b[32m$&\x1b[m')) // in green
    // Writes over the last frame from the top left, and clears the rest of it.
    stdout.write('\x1b[H' + lines.join('\x1b[K\n') + '\x1b[J')
  }

  // At most 20 times a second, however fast connections open and close.
  function redraw () {
    if (timer === null) timer = setTimeout(draw, 50)
  }

  report = line => {
    news = line
    redraw()
  }
  stdout.on('resize', redraw)
  // The alternate screen, without a cursor. The exit restores the former screen, also after
  // an uncaught error.
  stdout.write('\x1b[?1049h\x1b[?25l')
  process.on('exit', () => stdout.write('\x1b[?25h\x1b[?1049l'))
  draw()
}

// The lines of a frame that shows the slots from 0 up, as far as they fit.
function render (inUse, title, news, columns, rows) {
  let highest = -1
  for (const slot of inUse.keys()) highest = Math.max(highest, slot)

  const lines = [title, `# in use: ${inUse.size}   highest: ${highest < 0 ? 'none' : highest}`, news, '']
  const perRow = [100, 50, 20].find(count => columns > 6 + count + count / 10) || 10
  const room = (rows - lines.length - 1) * perRow
  for (let first = 0; first < room && first <= Math.max(highest, 0); first += perRow) {
    let line = String(first).padStart(6)
    for (let slot = first; slot < first + perRow; slot++) {
      line += (slot % 10 === 0 ? ' ' : '') + (inUse.has(slot) ? '#' : '.')
    }
    lines.push(line)
  }
  if (highest >= room) lines.push(`       and more, up to ${highest}`)
  return lines.slice(0, rows).map(line => line.slice(0, columns - 1))
}

if (/^\d+$/.test(PORT) && PORT <= 65535) server.listen(Number(PORT), HOST)
else fail(`PORT must be an integer from 0 to 65535, but is '${PORT}'`)
