'use strict'

// The output during a run: on a terminal a bar for each server, redrawn in place; elsewhere a
// line from time to time.

const { LIMIT, balance } = require('./verdict')

const colours = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 }
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] // eighths of a column

class Screen {
  constructor (stream, environment) {
    this.stream = stream
    this.coloured = !environment.NO_COLOR
    // The alternate screen, without a cursor. The exit restores the former screen, also after
    // an uncaught error.
    stream.write('\x1b[?1049h\x1b[?25l')
    this.restore = () => {
      this.restore = () => {}
      stream.write('\x1b[?25h\x1b[?1049l')
    }
    process.on('exit', () => this.restore())
  }

  show (state) {
    const { columns = 80, rows = 24 } = this.stream
    const lines = frame(state, columns - 1).slice(0, rows)
    // Writes over the last frame from the top left, and clears the rest of it.
    this.stream.write('\x1b[H' + lines.map(this.paint, this).join('\x1b[K\n') + '\x1b[K\x1b[J')
  }

  announce () {} // the frame shows it

  end (state) {
    this.restore()
    const lines = frame(state, (this.stream.columns || 80) - 1)
    this.stream.write(lines.map(this.paint, this).join('\n') + '\n\n')
  }

  paint (parts) {
    return parts.map(([text, colour]) =>
      colour && this.coloured ? `\x1b[${colours[colour]}m${text}\x1b[m` : text).join('')
  }
}

class Log {
  constructor (stream, pause) {
    this.stream = stream
    this.pause = pause
    this.next = 0
  }

  show (state) {
    if (state.time < this.next) return
    this.next += this.pause
    this.stream.write(`${seconds(state.time)}  ${shortly(state)}\n`)
  }

  announce ({ time, text }) {
    this.stream.write(`${seconds(time)}  ${text}\n`)
  }

  end (state) {
    this.stream.write(`${seconds(state.time)}  ${shortly(state)}\n\n`)
  }
}

function shortly ({ servers }) {
  const { mean, imbalance } = balanceOf(servers)
  const loads = servers.map(({ load }) => load === undefined ? '-' : String(load))
  return `imbalance ${imbalance.toFixed(2)}  mean ${mean.toFixed(1)}  loads ${loads.join(' ')}`
}

/**
 * The lines of a frame, each of at most `columns` columns, as parts with their
 * colours: [text, colour].
 */
function frame (state, columns) {
  const { title, time, duration, servers, full, events } = state
  const { total, mean, imbalance } = balanceOf(servers)
  const name = server => `server ${server.number}`.padEnd(9 + String(servers.length).length - 1)
  const left = name(servers[servers.length - 1]).length + 2
  const width = Math.max(1, columns - left - 14)
  const lines = [[[title, 'bold']], []]

  for (const server of servers) {
    if (server.load === undefined) {
      lines.push([[name(server) + '  ' + server.note, server.note.startsWith('killed') ? 'red' : 'dim']])
      continue
    }
    const off = mean === 0 ? 0 : server.load / mean - 1
    const eighths = Math.min(width * 8, Math.round(server.load / full * width * 8))
    const bar = '█'.repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]
    lines.push([
      [name(server) + '  '],
      [bar.padEnd(width), Math.abs(off) <= LIMIT ? 'green' : 'yellow'],
      [String(server.load).padStart(6)],
      [percent(off).padStart(7)]
    ])
  }
  const at = Math.min(width - 1, Math.floor(mean / full * width))
  const tick = `▲ mean ${mean.toFixed(1)}`
  lines.push([[' '.repeat(left + at) + tick, 'dim']], [])

  lines.push([
    [`${seconds(Math.min(time, duration)).trim()} of ${duration} s    ${total} connections    imbalance `],
    [imbalance.toFixed(2), imbalance <= 1 + LIMIT ? 'green' : 'yellow'],
    [' (highest load over mean)', 'dim']
  ], [])
  for (const event of events) lines.push([[`${seconds(event.time)}  ${event.text}`, event.colour]])
  return lines.map(parts => cut(parts, columns))
}

function balanceOf (servers) {
  return balance(servers.map(({ load }) => load).filter(load => load !== undefined))
}

function cut (parts, columns) {
  return parts.map(([text, colour]) => {
    const shown = text.slice(0, columns)
    columns -= shown.length
    return [shown, colour]
  })
}

function seconds (time) {
  return `${time.toFixed(1)} s`.padStart(6)
}

function percent (share) {
  const rounded = Math.round(share * 100)
  return (rounded >= 0 ? '+' : '−') + Math.abs(rounded) + '%'
}

module.exports = { Log, Screen }
