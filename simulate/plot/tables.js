'use strict'

const clusterTables = require('../../bench/cluster')

/**
 * The text with its tables, each between the comments that name it, made anew.
 *
 * @param {object} simulation simulate/results.json
 * @param {object} cluster bench/cluster.json
 */
function filled (text, simulation, cluster) {
  const { cpu, cores, platform, arch, date } = simulation
  const tablesOf = name => name === 'cluster' ? clusterTables(cluster) : simulation.results[name].tables
  return text
    .replace(/(<!-- (\w+) (\d+) -->\n)[^]*?(<!-- end -->)/g, (_, start, name, index, end) =>
      `${start}\n${markdown(tablesOf(name)[index].rows)}\n\n${end}`)
    .replace(/(<!-- machine -->)[^]*?(<!-- end -->)/, (_, start, end) => `${start}${cpu}, ${cores} cores, ${platform} ${arch}, ${date}${end}`)
}

function markdown (rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(rows[0]), line(rows[0].map((_, column) => column === 0 ? '---' : '--:')), ...rows.slice(1).map(line)].join('\n')
}

module.exports = filled
