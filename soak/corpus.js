'use strict'

// The kept programs, soak/corpus.json: one on each line, its operations by their names.

const fs = require('fs')
const path = require('path')

const { NAMES, NUMBERS, TAKES_ANOTHER, nest, nested } = require('./operations')

const FILE = path.join(__dirname, 'corpus.json')

/** @returns {{setting: object, program: Int32Array}[]} */
function read (file = FILE) {
  return JSON.parse(fs.readFileSync(file, 'utf8')).map(({ maxSlots, fast, program }) => ({
    setting: { maxSlots, fast },
    program: Int32Array.from(program.split(', ').flatMap(decode))
  }))
}

function write (programs, file = FILE) {
  const lines = programs.map(({ setting: { maxSlots, fast }, program }) => JSON.stringify({ maxSlots, fast, program: encode(program) }))
  fs.writeFileSync(file, `[\n${lines.sort().join(',\n')}\n]\n`)
}

function encode (program) {
  const operations = []
  for (let i = 0; i < program.length; i += 2) operations.push(encodeOne(NAMES[program[i]], program[i + 1]))
  return operations.join(', ')
}

function encodeOne (name, argument) {
  if (TAKES_ANOTHER.includes(name)) return `${name} ${encodeOne(...nested(argument))}`
  return argument === 0 ? name : `${name} ${argument}`
}

/** Number and argument of an operation such as 'put 3' or 'reenter put 3'. */
function decode (text) {
  const [name, ...rest] = text.split(' ')
  if (!(name in NUMBERS)) throw new Error(`soak/corpus.json has '${name}', which is no operation`)
  if (!TAKES_ANOTHER.includes(name)) return [NUMBERS[name], Number(rest[0] || 0)]
  const [number, argument] = decode(rest.join(' '))
  return [NUMBERS[name], nest(NAMES[number], argument)]
}

module.exports = { read, write, encode, decode }
