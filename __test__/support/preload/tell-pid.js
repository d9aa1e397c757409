'use strict'

// `node -r` this file makes a program write its process id into the folder PIDS.

const fs = require('fs')
const path = require('path')

fs.writeFileSync(path.join(process.env.PIDS, String(process.pid)), '')
