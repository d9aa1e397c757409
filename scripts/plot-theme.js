'use strict'

// The colours of Okabe and Ito, which colour-blind people can tell apart, and which are
// legible on white and on black. A hollow symbol is a variant of the filled one.
const looks = {
  ours: { colour: '#d55e00', shape: 'circle', size: 190 },
  'js-bitmap': { colour: '#009e73', shape: 'diamond' },
  heap: { colour: '#2a87c8', shape: 'square' },
  flatqueue: { colour: '#2a87c8', shape: 'square', hollow: true },
  'number-allocator': { colour: '#c7679a', shape: 'triangle-up', hollow: true },
  set: { colour: '#c78f00', shape: 'cross' }
}

const INK = '#24292f'
const INK_BY_NIGHT = '#d9dee3'

const config = {
  background: null,
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  view: { stroke: null },
  axis: { labelFontSize: 12, titleFontSize: 12, labelColor: INK, titleColor: INK, titleFontWeight: 'normal', domain: false, ticks: false, gridColor: '#808080', gridOpacity: 0.3, labelPadding: 8, labelLimit: 0 },
  legend: { labelFontSize: 12, labelColor: INK, symbolStrokeWidth: 2, symbolSize: 90, labelLimit: 0 },
  header: { labelFontSize: 13, labelFontWeight: 'bold', labelColor: INK },
  title: { color: INK, fontSize: 15, anchor: 'start', subtitleColor: INK, subtitleFontSize: 12, subtitlePadding: 6, offset: 14 }
}

/** The scales that give each contender its looks. */
function scales (names) {
  const range = key => names.map(name => looks[name][key])
  return {
    colour: { domain: names, range: range('colour') },
    shape: { domain: names, range: range('shape') },
    fill: { domain: names, range: names.map(name => looks[name].hollow ? 'transparent' : looks[name].colour) },
    size: { domain: names, range: names.map(name => looks[name].size || 75) }
  }
}

/** The contenders in the order of `looks`, and the label of each: its title, with the version of an npm package. */
function legend (contenders) {
  const names = Object.keys(looks).filter(name => name in contenders)
  const label = name => {
    const { title, version } = contenders[name]
    return title === name ? `${title} ${version}` : title
  }
  return { names, labels: Object.fromEntries(names.map(name => [name, label(name)])) }
}

/** The chart with a style that makes its text light on a dark page. */
function themed (svg) {
  const style = `<style>@media (prefers-color-scheme: dark) { [fill="${INK}"] { fill: ${INK_BY_NIGHT} } }</style>`
  return svg.replace(/(<svg[^>]*>)/, '$1' + style)
}

module.exports = { config, legend, scales, themed }
