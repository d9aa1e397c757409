'use strict'

// `node -r` this file to have a program take its stdout for a terminal, of the
// size that TERMINAL says ('80x24'). A message { columns, rows } resizes it.

const [columns, rows] = process.env.TERMINAL.split('x').map(Number)
Object.assign(process.stdout, { isTTY: true, columns, rows })

process.on('message', size => {
  Object.assign(process.stdout, size)
  process.stdout.emit('resize')
})
process.channel.unref() // lets the program end as it would without this file
