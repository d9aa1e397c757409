'use strict'

// Draws the slots of a server on a terminal, in place: which are in use, how many, the highest.

const { stdout } = process
const PAUSE = 50 // ms between two frames, however fast connections open and close

/**
 * Takes the screen until the process exits.
 *
 * @param {string} title
 * @param {function} slotsInUse returns them, in any order
 * @returns {function} reports an event, and draws
 */
function open (title, slotsInUse) {
  let news = ''
  let timer
  const draw = () => {
    timer = undefined
    const lines = frame([title, news], new Set(slotsInUse()), stdout.columns || 80, stdout.rows || 24)
    // Writes over the last frame from the top left, and clears the rest of it.
    stdout.write('\x1b[H' + lines.map(line => line.replace(/#+/g, '\x1b[32m$&\x1b[m')).join('\x1b[K\n') + '\x1b[J')
  }
  const redraw = () => { timer ??= setTimeout(draw, PAUSE) }
  // The alternate screen, without a cursor; the exit restores the former screen.
  stdout.write('\x1b[?1049h\x1b[?25l')
  process.on('exit', () => stdout.write('\x1b[?25h\x1b[?1049l'))
  stdout.on('resize', redraw)
  draw()
  return line => {
    news = line
    redraw()
  }
}

function frame ([title, news], inUse, columns, rows) {
  const highest = [...inUse].reduce((a, b) => Math.max(a, b), -1)
  const lines = [title, `# in use: ${inUse.size}   highest: ${highest < 0 ? 'none' : highest}`, news, '']
  const perRow = [100, 50, 20].find(count => columns > 6 + count + count / 10) || 10
  const shown = Math.min(highest + 1, (rows - lines.length - 1) * perRow)
  for (let first = 0; first < shown; first += perRow) {
    const marks = Array.from({ length: perRow }, (_, i) => (i % 10 ? '' : ' ') + (inUse.has(first + i) ? '#' : '.'))
    lines.push(String(first).padStart(6) + marks.join(''))
  }
  if (highest >= shown) lines.push(`       and more, up to ${highest}`)
  return lines.slice(0, rows).map(line => line.slice(0, columns - 1))
}

module.exports = open
