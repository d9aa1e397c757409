'use strict'

// npm runs this before it packs: it makes this machine's binary anew, so that it
// runs elsewhere too, and says which binaries go into the tarball.

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
