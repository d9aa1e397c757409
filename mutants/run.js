'use strict'

// Mutation testing: npm run mutants -- --help
//
// The module of a language exports `refuse (files)`, which returns why mutants of the files
// cannot be made, or undefined; and `async mutants ({ files, diff, resume, say })`:
//
//   files   paths from the root of the repository; none means all of the language
//   diff    a unified diff; then only mutants of the lines that it adds or changes
//   resume  whether to keep what earlier runs have found
//   say     shows a line of progress
//
// and resolves to `{ made, caught, timedOut, survivors: [{ file, line, what }], byFile }`.
// `caught` includes `timedOut`. `what` tells a mutant without its line number. `byFile`
// has `{ made, caught, timedOut }` for each file. A mutant that does not compile is not
// counted.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const { Fault, flag, readOptions } = require('../common/options')
const { table } = require('../common/table')
const { compare } = require('./compare')

const ROOT = path.join(__dirname, '..')
const LISTED = path.join(__dirname, 'listed.json')

const LANGUAGES = {
  rust: { title: 'Rust', extension: '.rs', load: () => require('./rust') },
  javascript: { title: 'JavaScript', extension: '.js', load: () => require('./javascript') }
}

const ABOUT = `Changes the code of the package in one place at a time, and runs tests that should
fail then. Fails if they pass and listed.json does not say why, and if a mutant that
is listed there is caught. An argument is ${Object.keys(LANGUAGES).join(' or ')}, or a file; without one,
all are tested.`

const words = {
  name: 'An argument',
  most: Infinity,
  takes: `${Object.keys(LANGUAGES).join(', ')} or a file (${Object.values(LANGUAGES).map(({ extension }) => extension).join(', ')})`,
  read: word => Object.hasOwn(LANGUAGES, word) || (languageOf(word) && isFile(word)) ? word : undefined
}

const revision = {
  takes: 'a revision of git',
  placeholder: 'REVISION',
  text: 'only the lines that differ from it, as HEAD or main',
  read: name => name || undefined
}

async function main () {
  const options = readOptions('npm run mutants -- [options] [argument …]', {
    diff: revision,
    resume: flag('keeps what earlier runs have found')
  }, { about: ABOUT, words, check })
  const results = []
  for (const { title, extension, load, files } of chosen(options.words)) {
    const say = text => process.stderr.write(`${title}: ${text}\n`)
    const result = await load().mutants({ files, diff: options.diff, resume: options.resume, say })
    results.push({ title, extension, files, ...result })
  }
  report(results, { isPartial: options.diff !== undefined })
}

/** Refuses files without mutants, and replaces the revision by the diff from it. */
function check (options) {
  for (const { load, files } of chosen(options.words)) {
    const refusal = load().refuse(files)
    if (refusal !== undefined) throw new Fault(refusal)
  }
  if (options.diff !== undefined) options.diff = diffFrom(options.diff)
}

// A user's configuration may not change the form of the diff.
const FORM = ['diff.suppressBlankEmpty=false', 'diff.noprefix=false', 'diff.mnemonicPrefix=false'].flatMap(setting => ['-c', setting])

function diffFrom (name) {
  try {
    const commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).trim()
    return git(...FORM, 'diff', '--no-color', '--no-ext-diff', '--src-prefix=a/', '--dst-prefix=b/', commit, '--')
  } catch {
    throw new Fault(`--diff must be ${revision.takes}, but is '${name}'`)
  }
}

function git (...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
}

/** The languages to test, each with its files; all of the language if there are none. */
function chosen (words) {
  if (words.length === 0) return Object.values(LANGUAGES).map(language => ({ ...language, files: [] }))
  return Object.entries(LANGUAGES).map(([name, language]) => {
    const files = words.filter(word => languageOf(word) === language).map(relative)
    return { ...language, files: words.includes(name) ? [] : files, isChosen: words.includes(name) || files.length > 0 }
  }).filter(({ isChosen }) => isChosen)
}

function languageOf (file) {
  return Object.values(LANGUAGES).find(({ extension }) => file.endsWith(extension))
}

function isFile (file) {
  return fs.statSync(path.resolve(ROOT, file), { throwIfNoEntry: false })?.isFile()
}

function relative (file) {
  return path.relative(ROOT, path.resolve(ROOT, file)).split(path.sep).join('/')
}

function report (results, { isPartial }) {
  const listed = JSON.parse(fs.readFileSync(LISTED, 'utf8'))
  const isCovered = file => !isPartial && results.some(({ extension, files }) =>
    file.endsWith(extension) && (files.length === 0 || files.includes(file)))
  const { known, unlisted, gone } = compare({ listed, survivors: results.flatMap(({ survivors }) => survivors), isCovered })

  const rows = results.flatMap(({ title, made, caught, timedOut, byFile = {} }) => [
    ...Object.entries(byFile).sort().map(([file, counts]) => [file, ...row(counts, known.filter(survivor => survivor.file === file))]),
    [title, ...row({ made, caught, timedOut }, known.filter(({ file }) => languageOf(file).title === title))]
  ])
  for (const line of table([['', 'made', 'caught', 'of these by time', 'listed'], ...rows])) console.log(line)

  for (const { file, line, what } of unlisted) console.log(`No test notices ${file}:${line}: ${what}`)
  if (unlisted.length > 0) console.log('Write a test that fails with it, or list it in mutants/listed.json with the reason.')
  for (const { file, what } of gone) console.log(`Listed, but there is no such survivor: ${file}: ${what}`)
  if (unlisted.length + gone.length > 0) process.exitCode = 1
}

function row ({ made, caught, timedOut }, listed) {
  return [made, caught, timedOut, listed.length].map(count => count.toLocaleString('en'))
}

main().catch(error => {
  console.error(error.message)
  process.exit(1)
})
