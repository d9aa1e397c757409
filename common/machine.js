'use strict'

const os = require('os')

/** The machine, the version of Node.js and the date, for the record of a run. */
function machine () {
  const [cpu] = os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    v8: process.versions.v8,
    platform: process.platform,
    arch: process.arch,
    cpu: cpu ? cpu.model.trim() : 'unknown processor',
    cores: os.cpus().length
  }
}

function describe ({ cpu, cores, platform, arch, node, date }) {
  return `${cpu}, ${cores} cores, ${platform} ${arch}, Node.js ${node}, ${date}`
}

/** How many files this process may have open. Node.js raises its limit itself. Windows has none. */
function fileLimit () {
  const { userLimits } = process.report.getReport()
  const limit = userLimits && userLimits.open_files.soft
  return limit === 'unlimited' || limit === undefined ? Infinity : Number(limit)
}

module.exports = { describe, fileLimit, machine }
