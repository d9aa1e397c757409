'use strict'

// What a program reaches of index.js and lib/: the count of each block, from V8's
// precise coverage, in the ranges that libFuzzer counts in.

const inspector = require('inspector')
const path = require('path')
const { pathToFileURL } = require('url')

const ROOT = pathToFileURL(path.join(__dirname, '..')).href
const COVERED = /\/(index|lib\/[\w-]+)\.js$/
const RANGES = [1, 2, 3, 4, 8, 16, 32, 128] // each starts at its number

/** Make one before the package is loaded: otherwise V8 counts whole functions only. */
class Coverage {
  constructor () {
    this.session = new inspector.Session()
    this.session.connect()
    this.post('Profiler.enable')
    this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    // V8 does not report a block whose count equals that of the block around it. So counts
    // are read at points: at the start of each block that it has ever reported.
    this.points = new Map() // from each file to its points
  }

  post (method, parameters) {
    let result
    this.session.post(method, parameters, (error, value) => {
      if (error) throw error
      result = value
    })
    return result
  }

  /** Counts from 0 again. */
  reset () {
    this.post('Profiler.takePreciseCoverage')
  }

  /**
   * What was reached since the last call.
   *
   * @returns {Set<string>} file, point and range of counts
   */
  take () {
    const features = new Set()
    for (const { url, functions } of this.post('Profiler.takePreciseCoverage').result) {
      if (!url.startsWith(ROOT) || !COVERED.test(url)) continue
      const file = url.slice(ROOT.length + 1)
      if (!this.points.has(file)) this.points.set(file, new Set())
      const points = this.points.get(file)
      for (const { ranges } of functions) {
        for (const { startOffset } of ranges) points.add(startOffset)
        for (const point of points) {
          const count = countAt(ranges, point)
          if (count > 0) features.add(`${file}:${point}:${RANGES.filter(start => start <= count).pop()}`)
        }
      }
    }
    return features
  }

  end () {
    this.session.disconnect()
  }
}

/** The count of the innermost of the nested ranges that has the point; 0 if none has. */
function countAt (ranges, point) {
  let count = 0
  for (const range of ranges) if (range.startOffset <= point && point < range.endOffset) count = range.count
  return count
}

module.exports = { Coverage }
