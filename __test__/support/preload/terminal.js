'use strict'

// `node -r` this file makes a program treat its stdout as a terminal, of the size that
// TERMINAL gives ('80x24'). A message { columns, rows } resizes it.

const [columns, rows] = process.env.TERMINAL.split('x').map(Number)
Object.assign(process.stdout, { isTTY: true, columns, rows })

process.on('message', size => {
  Object.assign(process.stdout, size)
  process.stdout.emit('resize')
})
process.channel.unref() // lets the program end as it would without this file
