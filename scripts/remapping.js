'use strict'

// Keeps paths of the building machine out of a binary. The messages of panics contain the path
// of their source file.

const { homedir } = require('os')
const { join } = require('path')
const { ROOT } = require('./platforms.js')

const CARGO_HOME = process.env.CARGO_HOME || join(homedir(), '.cargo')

/**
 * @param {string[]} sources folders with the source of Rust's standard library, if that is
 *   compiled too
 * @returns {string[]} options of rustc
 */
function remapping (sources = []) {
  const pairs = [[CARGO_HOME, '/cargo'], ...sources.map(source => [source, '/rust']), [ROOT, '/package']]
  return pairs.flatMap(pair => ['--remap-path-prefix', pair.join('=')])
}

module.exports = { remapping }
