'use strict'

// Loads the client, and prints whether the addon was loaded with it.

require('../../client.js')
const addons = Object.keys(require.cache).filter(name => /\.node$|load-native/.test(name))
console.log(addons.length === 0 ? 'no addon' : addons.join())
