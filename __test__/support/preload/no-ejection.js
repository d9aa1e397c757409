'use strict'

// `node -r` this file makes a client eject no server, whatever fails.

const { Outliers } = require('../../../lib/client/outliers')

Outliers.prototype.failed = () => false
