'use strict'

const { caption, config, legend, scales } = require('../../common/plot-theme')

/** Nanoseconds per call, by the number of slots in use. */
function growthChart (run) {
  const { names, labels } = legend(run.contenders)
  const { colour, shape, size } = scales(names)
  const patterns = [...new Set(run.results.map(({ pattern }) => pattern))]
  const values = run.results.filter(({ wrong }) => !wrong)
    .map(({ pattern, size, contender, ns, cut }) => ({ pattern, size, contender, ns, cut: cut !== undefined }))
  const key = { title: null, orient: 'bottom', columnPadding: 24, labelExpr: `${JSON.stringify(labels)}[datum.label]` }
  const x = {
    field: 'size',
    type: 'quantitative',
    scale: { type: 'log', domain: [70, 15_000_000], nice: false },
    axis: { values: [100, 1e3, 1e4, 1e5, 1e6, 1e7], labelExpr: "datum.value < 1e3 ? '100' : datum.value < 1e6 ? datum.value / 1e3 + 'k' : datum.value / 1e6 + 'M'", title: 'slots in use' }
  }
  const y = {
    field: 'ns',
    type: 'quantitative',
    scale: { type: 'log', domain: [2, 2000], nice: false },
    axis: { values: [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000], format: ',', labelOverlap: false, title: 'ns per call (log scale)' }
  }
  const encoding = {
    x,
    y,
    color: { field: 'contender', type: 'nominal', scale: colour, legend: key }
  }
  return {
    data: { values },
    title: { text: 'Time per call, from a hundred to ten million slots in use', subtitle: [caption(run)] },
    facet: { column: { field: 'pattern', type: 'nominal', sort: patterns, title: null } },
    spacing: 34,
    spec: {
      width: 205,
      height: 250,
      layer: [
        {
          mark: 'line',
          encoding: {
            ...encoding,
            strokeWidth: { condition: { test: "datum.contender === 'ours'", value: 3.5 }, value: 1.75 }
          }
        },
        {
          mark: { type: 'point', filled: true, opacity: 1 },
          encoding: {
            ...encoding,
            shape: { field: 'contender', type: 'nominal', scale: shape, legend: key },
            size: { field: 'contender', type: 'ordinal', scale: { ...size, range: size.range.map(size => size / 1.6) }, legend: key }
          }
        }
      ]
    },
    config
  }
}

module.exports = growthChart
