'use strict'

/**
 * What can be simulated, by name. Each has a title, `run`, which resolves to
 * plain data, and `tables`, which turns that into rows to print.
 */
module.exports = {
  million: require('./million'),
  converge: require('./converge'),
  dependence: require('./dependence'),
  lifetimes: require('./lifetimes'),
  restart: require('./restart'),
  strength: require('./strength')
}
