'use strict'

// `node -r` this file makes a program exit when the process that started it has ended for any
// reason. It does not keep the program from ending earlier.

process.once('disconnect', () => process.exit(1))
process.channel.unref()
