'use strict'

// The kept programs, soak/corpus.json: one on each line, its operations by their names.

const fs = require('fs')
const path = require('path')

const { NAMES, NUMBERS, TAKES_ANOTHER, nest, nested } = require('./operations')

const FILE = path.join(__dirname, 'corpus.json')

const LARGEST = 2 ** 31 - 1

/**
 * @returns {{setting: object, program: Int32Array}[]}
 * @throws {Error} whose message is one line, which names the file and the program that is wrong
 */
function read (file = FILE) {
  const name = path.relative(process.cwd(), file)
  const programs = parse(fs.readFileSync(file, 'utf8'), name)
  if (!Array.isArray(programs) || programs.length === 0) throw new Error(`${name} has no program`)
  return programs.map((each, i) => {
    try {
      return decodeProgram(each)
    } catch (error) {
      throw new Error(`${name}, program ${i + 1}: ${error.message}`)
    }
  })
}

function parse (text, name) {
  try {
    return JSON.parse(text)
  } catch (error) {
    const lines = text.split('\n').map(line => line.replace(/,\s*$/, ''))
    const wrong = lines.findIndex(line => /^\s*{/.test(line) && !isJSON(line))
    const where = wrong >= 0 ? `, line ${wrong + 1},` : ''
    throw new Error(`${name}${where} is not JSON: ${error.message.replace(/\s+/g, ' ')}`)
  }
}

function isJSON (text) {
  try {
    JSON.parse(text)
    return true
  } catch (_) {
    return false
  }
}

function decodeProgram (each) {
  const { maxSlots, fast, program } = each || {}
  if (!Number.isInteger(maxSlots) || maxSlots < 0 || maxSlots > LARGEST) throw new Error(`maxSlots must be an integer from 0 to ${LARGEST}`)
  if (typeof fast !== 'boolean') throw new Error('fast must be true or false')
  if (typeof program !== 'string') throw new Error('program must be a string')
  return { setting: { maxSlots, fast }, program: Int32Array.from(program.split(', ').flatMap(decode)) }
}

/** @throws {Error} if the programs cannot be written */
function checkWritable (file = FILE) {
  for (const each of [file, path.dirname(file)]) fs.accessSync(each, fs.constants.W_OK)
}

/** Replaces the file as a whole, so that it is never left half written. */
function write (programs, file = FILE) {
  const lines = programs.map(({ setting: { maxSlots, fast }, program }) => JSON.stringify({ maxSlots, fast, program: encode(program) }))
  fs.writeFileSync(`${file}.new`, `[\n${lines.sort().join(',\n')}\n]\n`)
  fs.renameSync(`${file}.new`, file)
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
  if (!Object.hasOwn(NUMBERS, name)) throw new Error(`'${name}' is no operation`)
  if (TAKES_ANOTHER.includes(name)) {
    const [number, argument] = decode(rest.join(' '))
    return [NUMBERS[name], checked(nest(NAMES[number], argument), text)]
  }
  if (rest.length > 1 || (rest.length === 1 && !/^\d+$/.test(rest[0]))) throw new Error(`'${text}' must have one integer, from 0 to ${LARGEST}, or none`)
  return [NUMBERS[name], checked(Number(rest[0] || 0), text)]
}

function checked (argument, text) {
  if (argument > LARGEST) throw new Error(`the argument of '${text}' is too large`)
  return argument
}

module.exports = { checkWritable, read, write, encode, decode }
