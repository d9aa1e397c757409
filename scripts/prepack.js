'use strict'

// npm runs this before it packs. It builds this machine's binary again, so that it runs on
// other machines too, and prints which binaries go into the tarball.

const { build } = require('./build.js')
const { present, missing } = require('./platforms.js')

build().then(() => {
  console.error(`Binaries in the tarball: ${present().join(', ')}`)
  if (missing().length > 0) console.error(`Not in it, since \`npm run build:all\` alone builds them: ${missing().join(', ')}`)
}).catch(error => {
  console.error(error.message)
  console.error('Nothing was packed. `npm pack --ignore-scripts` packs what is there as it is.')
  process.exitCode = 1
})
