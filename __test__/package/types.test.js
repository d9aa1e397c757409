'use strict'

// Compiles __test__/package/types as the users of each module system would: in a folder
// of their own, with the package and some version of @types/node in node_modules.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const typescript = require('typescript')

const root = path.join(__dirname, '..', '..')
const modulesHere = path.join(root, 'node_modules')

// By version; what is in node_modules. From 7.0 on the compiler has no API.
const COMPILERS = { 5.4: 'typescript-5.4', '6.0': 'typescript', 7: 'typescript-latest' }
const NODE_TYPES = {
  18: 'types-node-18',
  20: 'types-node-20',
  24: 'types-node-24',
  26: '@types/node'
}
// The oldest and the newest of both. The compiler 5.4 does not know the newest types.
const PAIRS = [['5.4', '18'], ['5.4', '24'], ['6.0', '20'], ['7', '18'], ['7', '26']]
const knowsDispose = nodeTypes => Number(nodeTypes) >= 20

const SYSTEMS = {
  commonjs: { module: 'commonjs', files: ['everything.cts', 'client.cts'] },
  nodenext: { module: 'nodenext', files: ['everything.cts', 'client.cts', 'everything.mts', 'client.mts'] },
  bundler: { module: 'esnext', moduleResolution: 'bundler', files: ['everything.mts', 'client.mts'] }
}

function testTypes (compiler, nodeTypes, system) {
  test(`the types are right with TypeScript ${compiler} and @types/node ${nodeTypes}, in ${system}`, t => {
    const { files, ...options } = SYSTEMS[system]
    const all = knowsDispose(nodeTypes) ? [...files, 'using.ts'] : files
    assert.deepStrictEqual(problems(folderOfAUser(t, all, nodeTypes), compiler, options), [])
  })
}

for (const pair of PAIRS) testTypes(...pair, 'nodenext')
for (const pair of [PAIRS[0], PAIRS[PAIRS.length - 1]]) {
  testTypes(...pair, 'commonjs')
  testTypes(...pair, 'bundler')
}

for (const compiler of Object.keys(COMPILERS)) {
  test(`with TypeScript ${compiler}, \`using\` works too where only its own library knows Symbol.dispose`, t => {
    const folder = folderOfAUser(t, ['using.ts'], 18)
    assert.deepStrictEqual(problems(folder, compiler, { module: 'nodenext', lib: ['es2022', 'esnext.disposable'] }), [])
  })

  test(`with TypeScript ${compiler}, an error in the types would be found`, t => {
    const folder = folderOfAUser(t, [], 20)
    fs.writeFileSync(path.join(folder, 'wrong.cts'), `
      import CallosumServerSlots = require('callosum-server-slots')
      new CallosumServerSlots().put('1')
    `)
    const found = problems(folder, compiler, { module: 'nodenext' })
    assert.strictEqual(found.length, 1)
    assert.match(found[0], /'string' is not assignable to parameter of type 'number'/)
  })
}

test('a program with the library of es2019 compiles', t => {
  const folder = folderOfAUser(t, ['everything.cts'], 18)
  assert.deepStrictEqual(problems(folder, '6.0', { module: 'nodenext', lib: ['es2019'] }), [])
})

for (const name of ['index.d.ts', 'client.d.ts']) {
  test(`every public member in ${name} has a line of documentation and an example`, () => {
    const file = path.join(root, name)
    const source = typescript.createSourceFile(file, fs.readFileSync(file, 'utf8'), typescript.ScriptTarget.ES2022, true)
    const type = source.statements.find(typescript.isClassDeclaration)
    const events = /^(on|once|addListener|prependListener|prependOnceListener)$/ // one example is enough
    const undocumented = type.members.filter(member => {
      const [doc] = typescript.getJSDocCommentsAndTags(member)
      const isEvent = member.name !== undefined && events.test(member.name.getText())
      const hasExample = doc !== undefined && typescript.getJSDocTags(member).some(tag => tag.tagName.text === 'example')
      return !doc || !doc.comment || !(isEvent || hasExample)
    })
    assert.deepStrictEqual(undocumented.map(member => member.getText()), [])
  })
}

function folderOfAUser (t, files, nodeTypes) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'callosum-types-')))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const modules = path.join(folder, 'node_modules')
  const copy = path.join(modules, 'callosum-server-slots')
  fs.mkdirSync(copy, { recursive: true })
  for (const file of ['package.json', 'index.js', 'index.d.ts', 'client.js', 'client.d.ts']) fs.copyFileSync(path.join(root, file), path.join(copy, file))
  fs.mkdirSync(path.join(modules, '@types'))
  fs.symlinkSync(path.join(modulesHere, NODE_TYPES[nodeTypes]), path.join(modules, '@types', 'node'), 'junction')
  for (const file of files) fs.copyFileSync(path.join(__dirname, 'types', file), path.join(folder, file))
  return folder
}

/** What the compiler says of the files in the folder. */
function problems (folder, compiler, options) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: ['node'], ...options }
  return compiler === '7' ? problemsByProgram(folder, strict) : problemsByApi(folder, compiler, strict)
}

function problemsByProgram (folder, options) {
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }))
  const tsc = path.join(modulesHere, COMPILERS[7], 'bin', 'tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--listFiles'], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(stderr, '')
  assert.ok(stdout.includes('callosum-server-slots/index.d.ts\n'), 'the types were not found')
  const all = stdout.split('\n').filter(line => / error TS\d+: /.test(line))
  assert.strictEqual(all.length === 0, status === 0, stdout)
  return all.filter(line => !isLibrary(path.resolve(folder, line.replace(/\(.*/, ''))))
}

// In our files: to check the library of TypeScript and @types/node takes seconds.
function problemsByApi (folder, compiler, json) {
  const ts = require(COMPILERS[compiler])
  const { options, errors } = ts.convertCompilerOptionsFromJson(json, folder)
  assert.deepStrictEqual(errors, [])
  const host = ts.createCompilerHost({})
  host.getCurrentDirectory = () => folder
  host.getSourceFile = (name, options) => sourceFileOf(ts, name, options)
  const files = fs.readdirSync(folder).filter(file => /\.[cm]?ts$/.test(file))
  const program = ts.createProgram(files.map(file => path.join(folder, file)), options, host)
  const ours = program.getSourceFiles().filter(({ fileName }) => !isLibrary(fileName))
  assert.ok(ours.some(({ fileName }) => fileName.endsWith('callosum-server-slots/index.d.ts')), 'the types were not found')
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
  ].map(problem => ts.formatDiagnostic(problem, host).trim())
}

const parsed = new Map() // the libraries, once for all programs

function sourceFileOf (ts, name, options) {
  const key = JSON.stringify([ts.version, name, options])
  if (parsed.has(key)) return parsed.get(key)
  const text = ts.sys.readFile(name)
  const file = text === undefined ? undefined : ts.createSourceFile(name, text, options, true)
  if (isLibrary(name)) parsed.set(key, file)
  return file
}

function isLibrary (name) {
  return path.relative(root, name).startsWith('node_modules')
}
