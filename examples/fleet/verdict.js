'use strict'

const { LIMIT, balance } = require('./balance')

const SHOWN = 10 // faults at most

/** The result of a run, as lines, and whether it passes. */
function judge ({ loads, wanted, given, faults, events }) {
  const { total, mean, off, even } = balance(loads)
  const percent = share => (share * 100).toFixed(1) + '%'
  const checks = [
    [even, `the loads ended within ${percent(off)} of the mean, ${mean.toFixed(1)}; ${LIMIT * 100}% are allowed`],
    [total === wanted, `the clients keep ${total} connections of ${wanted}`],
    [faults.length === 0, `${given.toLocaleString('en')} slots were given, each the lowest free one: ` +
      (faults.length === 0 ? 'none twice, none lost' : `${faults.length} faults`)],
    ...faults.slice(0, SHOWN).map(fault => [false, '  ' + fault])
  ]
  const passes = checks.every(([passes]) => passes)
  const absorbed = events.filter(({ mark }) => mark).map(({ text, absorbed }) =>
    `      ${text}: ` + (absorbed === undefined ? 'not absorbed in time' : `absorbed in ${absorbed.toFixed(1)} s`))
  return { passes, lines: [...absorbed, ...checks.map(([passes, text]) => (passes ? 'ok    ' : 'FAIL  ') + text)] }
}

module.exports = judge
