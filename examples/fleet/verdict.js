'use strict'

const LIMIT = 0.1 // the largest allowed distance of a load from the mean, as a share of the mean
const SHOWN = 10 // faults at most

// How many requests of each client may fail at the sick server, on average. Three eject it, those
// on the two to four connections that are then leased fail too, and one after the first ejection.
// On a busy machine it is sick for longer.
const FAILURES = 10

// With more than this for each client, one of them has had three in a row, and must have ejected it.
const WITHOUT_EJECTION = 2

/** Measures how even the loads are. */
function balance (loads) {
  const total = loads.reduce((sum, load) => sum + load, 0)
  const mean = loads.length === 0 ? 0 : total / loads.length
  const off = mean === 0 ? 0 : Math.max(...loads.map(load => Math.abs(load - mean))) / mean
  return {
    total,
    mean,
    imbalance: mean === 0 ? 1 : Math.max(...loads) / mean,
    off, // the largest distance of a load from the mean, as a share of the mean
    even: off <= LIMIT
  }
}

/** The result of a run, as lines, and whether it passes. */
function judge ({ loads, wanted, given, faults, events, failed, ejections, clients }) {
  const { total, mean, off, even } = balance(loads)
  const percent = share => (share * 100).toFixed(1) + '%'
  const checks = [
    [even, `the loads ended within ${percent(off)} of the mean, ${mean.toFixed(1)}; ${LIMIT * 100}% are allowed`],
    [total === wanted, `the clients keep ${total} connections of ${wanted}`],
    [faults.length === 0, `${given.toLocaleString('en')} slots were given, each the lowest free one: ` +
      (faults.length === 0 ? 'none twice, none lost' : `${faults.length} faults`)],
    [failed.sick <= (ejections > 0 ? FAILURES : WITHOUT_EJECTION) * clients, `${failed.sick} requests failed at the sick server, which was ejected ${ejections} times; ${(ejections > 0 ? FAILURES : WITHOUT_EJECTION) * clients} are allowed`],
    [failed.well === 0, `${failed.well || 'no'} requests failed at the servers that were well`],
    ...faults.slice(0, SHOWN).map(fault => [false, '  ' + fault])
  ]
  const passes = checks.every(([passes]) => passes)
  const absorbed = events.filter(({ mark }) => mark && mark !== 'sick').map(({ text, absorbed }) =>
    `      ${text}: ` + (absorbed === undefined ? 'not absorbed in time' : `absorbed in ${absorbed.toFixed(1)} s`))
  return { passes, lines: [...absorbed, ...checks.map(([passes, text]) => (passes ? 'ok    ' : 'FAIL  ') + text)] }
}

module.exports = { LIMIT, balance, judge }
