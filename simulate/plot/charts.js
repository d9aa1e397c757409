'use strict'

const { byPolicy, caption, chart, excess, labelExpr, lives, logScale, panel, policies, withExcess } = require('./look')

/** The loads of a fleet with a million connections over time. */
function million ({ million }) {
  const lines = { highest: '#d55e00', p99: '#c78f00', lowest: '#2a87c8' }
  const samples = million.records.filter(({ time }) => time !== undefined)
  const phases = million.records.filter(({ phase }) => phase)
  const values = samples.flatMap(sample => Object.keys(lines).map(line => ({ time: sample.time, line, load: sample[line] })))
  const at = field => ({ field, type: 'quantitative', scale: { domain: [0, samples[samples.length - 1].time], nice: false }, axis: { title: 'seconds', grid: false } })
  return chart('Load of the servers, over the mean of those that are up', caption(million), {
    width: 660,
    height: 240,
    layer: [
      { data: { values: phases }, mark: { type: 'rule', color: '#808080', strokeDash: [3, 3] }, encoding: { x: at('from') } },
      ...phases.map((phase, i) => ({
        data: { values: [phase] },
        mark: { type: 'text', align: 'left', dx: 4, y: 8 + 14 * (i % 3), fontSize: 12, fill: '#24292f' },
        encoding: { x: at('from'), text: { field: 'phase' } }
      })),
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 2, clip: true },
        encoding: {
          x: at('time'),
          y: { field: 'load', type: 'quantitative', scale: { domain: [0, 1.75], nice: false }, axis: { format: '.2f', title: 'load over mean' } },
          color: {
            field: 'line',
            type: 'nominal',
            scale: { domain: Object.keys(lines), range: Object.values(lines) },
            legend: { title: null, orient: 'bottom', columnPadding: 24, labelExpr: "datum.label === 'p99' ? '99th percentile' : datum.label" }
          }
        }
      }
    ]
  })
}

/** The highest load over the mean, after something has happened. */
function converge ({ converge }) {
  const names = { start: 'from empty', die: 'a tenth of the servers dies', join: 'half as many servers join' }
  const step = converge.pool * converge.interval / 20
  const values = converge.records.flatMap(({ happening, policy, series }) =>
    series.map((highest, i) => ({ happening: names[happening], policy, time: (i + 1) * step, highest })))
  return chart('How fast the fleet converges', [caption(converge), lives(converge)], {
    data: { values },
    facet: { column: { field: 'happening', type: 'nominal', sort: Object.values(names), title: null } },
    spec: {
      width: 205,
      height: 200,
      mark: { type: 'line', strokeWidth: 2, clip: true },
      encoding: {
        x: { field: 'time', type: 'quantitative', scale: { domain: [0, 80], nice: false }, axis: { values: [0, 20, 40, 60, 80], title: 'seconds after it' } },
        y: { field: 'highest', type: 'quantitative', scale: { domain: [1, 2], nice: false }, axis: { values: [1, 1.25, 1.5, 1.75, 2], format: '.2f', title: 'highest load over mean' } },
        color: byPolicy.color
      }
    }
  })
}

/** The imbalance by each setting that it depends on. */
function dependence ({ dependence }) {
  const titles = {
    pool: 'connections in a pool, fewer clients',
    interval: 'seconds between two attempts',
    'servers, with 20,000 connections in all': 'servers, for the same connections',
    known: 'servers that a client knows'
  }
  const concat = Object.entries(titles).map(([name, title]) => {
    const data = dependence.records.filter(({ sweep }) => sweep === name).map(withExcess)
    const values = [...new Set(data.map(({ x }) => x))]
    return panel({ field: 'x', scale: logScale(values), axis: { values, format: ',~r', title } }, excess, { data })
  })
  return chart('What the imbalance depends on', [caption(dependence), `${lives(dependence)} One of it varies.`], { columns: 2, concat })
}

/** The imbalance, and the connections opened, by the lifetime of connections. */
function lifetimes ({ lifetimes }) {
  const turn = lifetimes.pool * lifetimes.interval
  const values = lifetimes.records.map(record => ({ ...withExcess(record), turns: record.mean / turn }))
  const means = [...new Set(values.map(({ turns }) => turns))]
  const x = { field: 'turns', scale: logScale(means), axis: { values: means.filter(turns => ![3, 60].includes(turns)), title: 'mean lifetime in turns (log)' } }
  const strokeDash = { field: 'lifetime', type: 'nominal', scale: { domain: ['exponential', 'pareto'], range: [[1, 0], [5, 4]] }, legend: null }
  const opened = {
    field: 'openedPerSecond',
    type: 'quantitative',
    scale: { type: 'log', domain: [8, 2500], nice: false },
    axis: { values: [10, 20, 50, 100, 200, 500, 1000, 2000], format: ',', labelOverlap: false, title: 'opened a second (log)' }
  }
  return chart('How long connections have to live', [caption(lifetimes), 'Full lines: exponential lifetimes; dashed: Pareto, two offers.'], {
    data: { values },
    hconcat: [excess, opened].map(y => panel(x, y, { height: 220, channels: { strokeDash } }))
  })
}

/** The imbalance at the worst moment of a rolling restart, and after it, by its duration. */
function restart ({ restart }) {
  const turns = [...new Set(restart.records.map(({ turns }) => turns))]
  const x = { field: 'turns', scale: logScale(turns), axis: { values: turns, title: 'turns that the restart takes (log)' } }
  const y = (field, title) => ({
    field,
    type: 'quantitative',
    scale: { type: 'log', domain: [1, 8], nice: false },
    axis: { values: [1, 1.1, 1.25, 1.5, 2, 3, 4, 6, 8], labelOverlap: false, title }
  })
  return chart('A rolling restart: at worst, and 10 turns after its end', [caption(restart), lives(restart)], {
    data: { values: restart.records },
    hconcat: [
      panel(x, y('highest', 'highest over mean, at worst'), { height: 210 }),
      panel(x, y('highestAfter', 'highest over mean, then'), { height: 210 })
    ]
  })
}

/** The imbalance by network delay, and by the share of connections in use. */
function conditions ({ delay, requests }) {
  const panelOf = (data, scale, values, title) =>
    panel({ field: 'x', scale: { ...scale, nice: false }, axis: { values, format: ',d', title } }, excess, { data: data.map(withExcess) })
  const trips = delay.records.map(record => ({ ...record, x: record.delay * 1000 }))
  const used = requests.records.map(record => ({ ...record, x: record.busy * 100 }))
  return chart('Network delay, and connections in use', caption(delay), {
    hconcat: [
      panelOf(trips, { type: 'log', domain: [0.87, 1150] }, [1, 10, 50, 200, 1000], `ms for a round trip (log); lifetimes of ${delay.mean} s`),
      panelOf(used, { domain: [0, 95] }, [0, 10, 25, 50, 70, 90], `% of the connections in use; lifetimes of ${requests.mean} s`)
    ]
  })
}

/** The share of failed requests with a sick server, by what becomes of connections on which one failed. */
function sick ({ sick }) {
  const titles = { 'fails-at-once': 'the server fails each request at once', 'never-answers': 'the server never answers' }
  const failed = { kept: '#c7679a', closed: '#2a87c8', ejects: '#d55e00' }
  const channel = range => ({
    field: 'failed',
    type: 'nominal',
    scale: { domain: Object.keys(failed), range },
    legend: { title: null, orient: 'bottom', columnPadding: 24, labelExpr: "{ kept: 'failed connections are kept', closed: 'closed', ejects: 'closed, and the server is ejected' }[datum.label]" }
  })
  return chart(`Requests that fail while one of ${sick.servers} servers is sick`, caption(sick), {
    hconcat: Object.entries(titles).map(([name, title]) => ({
      data: { values: sick.records.filter(({ sickness }) => sickness === name) },
      title: { text: title, fontSize: 13 },
      width: 250,
      height: { step: 30 },
      mark: { type: 'point', size: 90, strokeWidth: 2, opacity: 1 },
      encoding: {
        x: { field: 'steady', type: 'quantitative', scale: { type: 'log', domain: [0.001, 2], nice: false }, axis: { values: [0.001, 0.01, 0.1, 1], labelExpr: "datum.value + '%'", labelOverlap: false, title: 'failed requests (log)' } },
        y: { field: 'policy', type: 'nominal', sort: policies, title: null, axis: { grid: true, labelExpr } },
        color: channel(Object.values(failed)),
        shape: channel(['square', 'circle', 'diamond'])
      }
    }))
  })
}

module.exports = { million, converge, dependence, lifetimes, restart, conditions, sick }
