'use strict'

// `node -r` this file to have a program end when the process that started it has
// ended, however that came about. It keeps no program from ending before.

process.once('disconnect', () => process.exit(1))
process.channel.unref()
