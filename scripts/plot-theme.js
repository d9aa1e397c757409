'use strict'

// What the charts have in common.

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

/** The chart with a style that makes its text light on a dark page. */
function themed (svg) {
  const style = `<style>@media (prefers-color-scheme: dark) { [fill="${INK}"] { fill: ${INK_BY_NIGHT} } }</style>`
  return svg.replace(/(<svg[^>]*>)/, '$1' + style)
}

module.exports = { config, themed }
