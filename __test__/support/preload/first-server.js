'use strict'

// `node -r` this file makes a client connect only to the first server.

Math.random = () => 0
