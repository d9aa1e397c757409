'use strict'

// Reads and checks the options of a command line, and prints their help.

const { parseArgs } = require('node:util')

const endWithOutput = require('./closed-output')

/**
 * Returns the options that the program was given. For --help it prints all options, and
 * exits with 0. If an option is wrong, it prints a line that names the option, its value and
 * what is expected, and exits with 2. From then on a closed standard output makes the program
 * exit with 0.
 *
 * @param {string} command as it is typed, such as 'npm run soak -- [options]'
 * @param {object} kinds the kind of each option, by its name; see below
 * @param {object} [more]
 * @param {string} [more.about] what the program does, for the help
 * @param {object} [more.words] the kind of the arguments that are not options, if any
 * @param {function} [more.check] called with the values, which it may change; throws a Fault
 *   if they contradict each other
 * @returns {object} the values by name, `undefined` for an option without a default; the
 *   arguments that are not options as `words`
 */
function readOptions (command, kinds, { about, words, check } = {}) {
  endWithOutput()
  try {
    const values = parse(process.argv.slice(2), kinds, words)
    if (values.help) {
      console.log(help(command, kinds, about))
      process.exit(0)
    }
    if (check) check(values)
    afterwards()
    return values
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

let afterwards = () => {}

/** Sets what readOptions() calls when it has read and checked the options. */
function onceRead (action) {
  afterwards = action
}

/** A mistake in the command line. */
class Fault extends Error {}

/**
 * @throws {Fault}
 */
function parse (args, kinds, words) {
  const all = { ...kinds, help: flag('shows this') }
  const types = Object.entries(all).map(([name, { takes }]) => [name, { type: takes ? 'string' : 'boolean' }])
  const { tokens } = parseArgs({ args, options: Object.fromEntries(types), strict: false, allowPositionals: true, tokens: true })
  const values = Object.fromEntries(Object.entries(all).map(([name, { standard }]) => [name, standard]))
  if (words) values.words = []
  for (const { kind, name, rawName, value, inlineValue } of tokens) {
    if (kind === 'option-terminator') continue
    if (kind === 'positional') {
      if (!words || values.words.length === words.most) throw new Fault(`'${value}' is not expected: there are the options ${list(all)}`)
      values.words.push(read(words.name, words, value))
    } else if (!Object.hasOwn(all, name) || rawName !== `--${name}`) {
      throw new Fault(`There is no option ${rawName}: there are ${list(all)}`)
    } else if (!all[name].takes) {
      if (value !== undefined) throw new Fault(`--${name} takes no value, but is given '${value}'`)
      values[name] = true
    } else {
      const missing = value === undefined || (!inlineValue && /^--/.test(value))
      if (missing) throw new Fault(`--${name} must be ${all[name].takes}, but has no value`)
      values[name] = read(`--${name}`, all[name], value)
    }
  }
  return values
}

function read (name, { takes, read }, text) {
  const value = read(text)
  if (value === undefined) throw new Fault(`${name} must be ${takes}, but is '${text}'`)
  return value
}

function list (kinds) {
  return Object.keys(kinds).map(name => `--${name}`).join(', ')
}

function help (command, kinds, about) {
  const rows = Object.entries({ ...kinds, help: flag('shows this') })
    .map(([name, { placeholder, text, standard }]) => [
      `--${name}${placeholder ? ' ' + placeholder : ''}`,
      text + (standard === undefined || standard === false ? '' : ` (${standard})`)
    ])
  const width = Math.max(...rows.map(([option]) => option.length)) + 3
  const lines = rows.map(([option, text]) => `  ${option.padEnd(width)}${text.replace(/\n/g, '\n'.padEnd(width + 3))}`)
  return [command, ...(about ? ['', about, ''] : []), ...lines].join('\n')
}

// ---- Kinds of options. `text` is for the help; `standard` is the default. ----

function flag (text) {
  return { text, standard: false }
}

function integer (least, most, text, { standard, placeholder = 'N' } = {}) {
  const read = value => wholeNumber(value, least, most)
  return { takes: `an integer from ${least} to ${most}`, placeholder, text, standard, read }
}

function integers (least, most, text) {
  const read = value => every(value, each => wholeNumber(each, least, most))
  return { takes: `integers from ${least} to ${most} with commas between them`, placeholder: 'N,N', text, read }
}

function number (least, most, text, { standard, placeholder = 'N' } = {}) {
  const read = value => /^\d+(\.\d+)?$/.test(value) && value >= least && value <= most ? Number(value) : undefined
  return { takes: `a number from ${least} to ${most}`, placeholder, text, standard, read }
}

/** One or more of a set of names, with commas between them. */
function names (all, text, { standard } = {}) {
  const read = value => every(value, each => all.includes(each) ? each : undefined)
  return { takes: `some of ${all.join(',')}`, placeholder: 'A,B', text: `${text}: ${all.join(', ')}`, standard, read }
}

function file (text, { standard } = {}) {
  return { takes: 'the name of a file', placeholder: 'FILE', text, standard, read: value => value || undefined }
}

/** Arguments that are not options: at most `most`, each one of a set of names. */
function wordsOf (all, most = Infinity) {
  return { name: 'An argument', most, takes: `one of ${all.join(', ')}`, read: value => all.includes(value) ? value : undefined }
}

function wholeNumber (text, least, most) {
  return /^\d+$/.test(text) && text >= least && text <= most ? Number(text) : undefined
}

function every (text, read) {
  const values = text.split(',').map(read)
  return values.includes(undefined) ? undefined : values
}

module.exports = { Fault, file, flag, integer, integers, names, number, onceRead, parse, readOptions, wordsOf }
