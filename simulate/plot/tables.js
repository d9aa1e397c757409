'use strict'

const { describe } = require('../../bench/machine')
const scenarios = require('../scenarios')

/** The text with its tables, each between the comments that name it, made anew. */
function filled (text, { results, ...machine }) {
  return text.replace(/(<!-- (\w+) (\d+) -->\n)[^]*?(<!-- end -->)/g, (_, start, name, index, end) => {
    const { rows } = scenarios[name].tables(results[name])[index]
    const about = name === 'million' && index === '1' ? `\n${describe(machine)}.\n` : ''
    return `${start}\n${markdown(rows)}\n${about}\n${end}`
  })
}

function markdown (rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(rows[0]), line(rows[0].map((_, column) => column === 0 ? '---' : '--:')), ...rows.slice(1).map(line)].join('\n')
}

module.exports = filled
