'use strict'

const { describe } = require('../../common/machine')
const { config, legend, scales } = require('../../scripts/plot-theme')

/** Nanoseconds per call of each contender on each pattern. */
function patternsChart (run) {
  const { names, labels } = legend(run.contenders)
  const { colour, shape, fill, size } = scales(names)
  const ids = [...new Set(run.results.map(({ id }) => id))]
  const values = run.results.filter(({ wrong }) => !wrong).map(({ id, contender, ns, cut }) => ({
    id, contender, ns, cut: cut !== undefined, order: contender === 'ours' ? 1 : 0
  })).sort((a, b) => a.order - b.order) // the package is drawn over the others
  const y = { field: 'id', type: 'nominal', sort: ids, title: null, axis: { grid: true } }
  const x = {
    field: 'ns',
    type: 'quantitative',
    scale: { type: 'log', domain: [1.5, 12_000], nice: false },
    axis: { values: [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000], format: ',', labelOverlap: false, title: 'nanoseconds per call, less is better (log scale)', orient: 'top' }
  }
  const key = {
    title: null,
    orient: 'bottom',
    columns: 3,
    columnPadding: 20,
    rowPadding: 6,
    labelExpr: `${JSON.stringify(labels)}[datum.label]`
  }
  return {
    data: { values },
    width: 620,
    height: { step: 27 },
    title: {
      text: 'Time per get() or put(), by pattern',
      subtitle: [describe(run), `A symbol followed by › was cut off after ${run.limit} s: it took at least that long.`]
    },
    layer: [
      {
        mark: { type: 'point', strokeWidth: 2, opacity: 1 },
        encoding: {
          x,
          y,
          stroke: { field: 'contender', type: 'nominal', scale: colour, legend: key },
          fill: { field: 'contender', type: 'nominal', scale: fill, legend: key },
          shape: { field: 'contender', type: 'nominal', scale: shape, legend: key },
          size: { field: 'contender', type: 'ordinal', scale: size, legend: key }
        }
      },
      {
        transform: [{ filter: 'datum.cut' }],
        mark: { type: 'text', text: '›', dx: 11, dy: -1, fontSize: 20, fill: 'transparent', strokeWidth: 1.5 },
        encoding: {
          x,
          y,
          stroke: { field: 'contender', type: 'nominal', scale: colour, legend: key }
        }
      }
    ],
    config
  }
}

module.exports = patternsChart
