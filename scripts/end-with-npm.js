'use strict'

// `node -r` this file ends a program that npm runs when npm is told to end. npm sends SIGTERM to
// the shell of the script, and some shells, such as dash, exit without passing it on.

const parent = process.ppid
const look = setInterval(() => {
  if (process.ppid === parent) return
  clearInterval(look)
  process.kill(process.pid, 'SIGTERM')
}, 200).unref()
