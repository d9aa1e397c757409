'use strict'

module.exports = {
  title: 'this package',
  /** @param {string} [home] the directory of another checkout */
  load: (home = '../..') => require(home)
}
