'use strict'

/**
 * The figure of several rounds: the median of their medians, or the best of them; and half
 * the distance between the quartiles of all samples, relative to it.
 */
function summary (rounds, best) {
  const ns = quantile(rounds.map(samples => quantile(samples, 1 / 2)), best ? 0 : 1 / 2)
  const samples = rounds.flat()
  return { ns, spread: (quantile(samples, 3 / 4) - quantile(samples, 1 / 4)) / 2 / ns }
}

function quantile (numbers, q) {
  const sorted = Float64Array.from(numbers).sort()
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at % 1)
}

/** Lines of a Markdown table: the first column to the left, the others to the right. */
function table (rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map(row => row[column].length)))
  const line = cells => `| ${cells.join(' | ')} |`
  const padded = rows.map(row => line(row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))))
  return [padded[0], line(widths.map((width, i) => '-'.repeat(width - 1) + (i === 0 ? '-' : ':'))), ...padded.slice(1)]
}

/** A number with three digits that count. */
function figure (number) {
  if (number >= 100) return Math.round(number).toLocaleString('en')
  return number >= 0.1 ? number.toFixed(number >= 10 ? 1 : 2) : number.toPrecision(2)
}

module.exports = { figure, summary, table }
