'use strict'

// The output during a run: on a terminal a bar for each server, redrawn in place; elsewhere a
// line from time to time.

const { LIMIT, balance } = require('./verdict')

const codes = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 }
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] // eighths of a column

class Screen {
  constructor (stream) {
    this.stream = stream
    stream.write('\x1b[2J') // clears it
  }

  show (state) {
    const { columns = 80, rows = 24 } = this.stream
    const lines = frame(state, columns - 1).slice(0, rows - 1)
    // Writes over the last frame from the top left, and clears the rest of it.
    this.stream.write('\x1b[H' + lines.join('\x1b[K\n') + '\x1b[K\n\x1b[J')
  }

  announce () {} // the frame shows it

  end (state) { this.show(state) }
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
    this.announce({ time: state.time, text: shortly(state) })
  }

  announce ({ time, text }) {
    this.stream.write(`${seconds(time)}  ${text}\n`)
  }

  end (state) {
    this.announce({ time: state.time, text: shortly(state) + '\n' })
  }
}

function shortly ({ servers }) {
  const { mean, imbalance } = balanceOf(servers)
  const loads = servers.map(({ load }) => load ?? '-')
  return `imbalance ${imbalance.toFixed(2)}  mean ${mean.toFixed(1)}  loads ${loads.join(' ')}`
}

/** The lines of a frame, each of at most `columns` columns. */
function frame ({ title, time, duration, servers, full, events }, columns) {
  const { total, mean, imbalance } = balanceOf(servers)
  const line = (text, colour) => paint(text.slice(0, columns), colour)
  const name = ({ number }) => `server ${number}`.padEnd(8 + String(servers.length).length) + '  '
  const left = name(servers[0]).length
  const width = Math.max(1, columns - left - 14)

  const row = server => {
    const { load, note } = server
    if (load === undefined) return line(name(server) + note, note === 'killed' ? 'red' : 'dim')
    const off = mean === 0 ? 0 : load / mean - 1
    const eighths = Math.min(width * 8, Math.round(load / full * width * 8))
    const bar = '█'.repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]
    return name(server) + paint(bar.padEnd(width), Math.abs(off) <= LIMIT ? 'green' : 'yellow') +
      String(load).padStart(6) + percent(off).padStart(7)
  }
  const at = left + Math.min(width - 1, Math.floor(mean / full * width))
  return [
    line(title, 'bold'),
    '',
    ...servers.map(row),
    line(`${' '.repeat(at)}▲ mean ${mean.toFixed(1)}`, 'dim'),
    '',
    line(`${seconds(Math.min(time, duration)).trim()} of ${duration} s    ${total} connections    ` +
      `imbalance ${imbalance.toFixed(2)} (highest load over mean)`, imbalance <= 1 + LIMIT ? 'green' : 'yellow'),
    '',
    ...events.map(({ time, text, colour }) => line(`${seconds(time)}  ${text}`, colour))
  ]
}

function paint (text, colour) {
  return process.env.NO_COLOR ? text : `\x1b[${codes[colour]}m${text}\x1b[m`
}

function balanceOf (servers) {
  return balance(servers.map(({ load }) => load).filter(load => load !== undefined))
}

function seconds (time) {
  return `${time.toFixed(1)} s`.padStart(6)
}

function percent (share) {
  const rounded = Math.round(share * 100)
  return (rounded >= 0 ? '+' : '−') + Math.abs(rounded) + '%'
}

module.exports = { Log, Screen }
