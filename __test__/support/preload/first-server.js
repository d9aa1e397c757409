'use strict'

// `node -r` this file to have a client connect to none but the first server.

Math.random = () => 0
