'use strict'

// Runs JavaScript files with only Node.js on the PATH, without a registry, and, if the system
// allows it, without a network.

const { spawnSync } = require('child_process')
const { existsSync, mkdirSync, symlinkSync } = require('fs')
const { delimiter, join } = require('path')

const unshare = process.env.PATH.split(delimiter).map(folder => join(folder, 'unshare')).find(existsSync)
const withoutNetwork = [['--map-root-user', '--net'], ['--net']]
  .map(options => [unshare, ...options])
  .find(([command, ...options]) => command && spawnSync(command, [...options, 'true']).status === 0)

/** Returns a function that runs a file in a folder, with the given home folder. */
function sealed (home) {
  const bin = join(home, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  const env = {
    PATH: bin,
    HOME: home,
    npm_config_registry: 'http://127.0.0.1:9/', // where nothing listens
    npm_config_fetch_retries: '0',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    YARN_ENABLE_NETWORK: '0',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_GLOBAL_CACHE: '0'
  }
  return function run (folder, file, ...options) {
    const [command, ...before] = withoutNetwork || []
    const node = [process.execPath, file, ...options]
    const [first, ...rest] = command ? [command, ...before, ...node] : node
    return spawnSync(first, rest, { cwd: folder, env, encoding: 'utf8' })
  }
}

module.exports = { sealed, networkIs: withoutNetwork ? 'off' : 'on, but no registry is reachable' }
