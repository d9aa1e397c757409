'use strict'

// Compiles __test__/types as the users of each module system would: in a folder
// of their own, with the package in node_modules.

const assert = require('assert')
const fs = require('fs')
const os = require('os')
const path = require('path')
const test = require('node:test')
const ts = require('typescript')

const root = path.join(__dirname, '..', '..')
const { ModuleKind, ModuleResolutionKind } = ts

const SYSTEMS = {
  commonjs: [ModuleKind.CommonJS, ModuleResolutionKind.Node10, ['everything.cts']],
  node16: [ModuleKind.Node16, ModuleResolutionKind.Node16, ['everything.cts', 'everything.mts']],
  nodenext: [ModuleKind.NodeNext, ModuleResolutionKind.NodeNext, ['everything.cts', 'everything.mts']],
  bundler: [ModuleKind.ESNext, ModuleResolutionKind.Bundler, ['everything.mts']]
}

for (const [name, [module, moduleResolution, files]] of Object.entries(SYSTEMS)) {
  for (const year of ['es2019', 'es2022']) {
    test(`the types are right in ${name} with the library of ${year}`, t => {
      const folder = folderOfAUser(files)
      t.after(() => fs.rmSync(folder, { recursive: true }))
      assert.deepStrictEqual(problems(folder, files, {
        module, moduleResolution, lib: [`lib.${year}.d.ts`], ignoreDeprecations: '6.0'
      }), [])
    })
  }
}

test('an error in the types would be found', t => {
  const folder = folderOfAUser([])
  t.after(() => fs.rmSync(folder, { recursive: true }))
  fs.writeFileSync(path.join(folder, 'wrong.cts'), `
    import CallosumServerSlots = require('callosum-server-slots')
    new CallosumServerSlots().put('1')
  `)
  const found = problems(folder, ['wrong.cts'], { module: ModuleKind.NodeNext })
  assert.strictEqual(found.length, 1)
  assert.match(found[0], /'string' is not assignable to parameter of type 'number'/)
})

test('every public member has a line of documentation and an example', () => {
  const file = path.join(root, 'index.d.ts')
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true)
  const type = source.statements.find(ts.isClassDeclaration)
  const events = /^(on|once|addListener|prependListener|prependOnceListener)$/ // one example is enough
  const undocumented = type.members.filter(member => {
    const [doc] = ts.getJSDocCommentsAndTags(member)
    const isEvent = member.name !== undefined && events.test(member.name.getText())
    const hasExample = doc !== undefined && ts.getJSDocTags(member).some(tag => tag.tagName.text === 'example')
    return !doc || !doc.comment || !(isEvent || hasExample)
  })
  assert.deepStrictEqual(undocumented.map(member => member.getText()), [])
})

function folderOfAUser (files) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'callosum-types-')))
  const modules = path.join(folder, 'node_modules')
  fs.mkdirSync(modules)
  fs.symlinkSync(root, path.join(modules, 'callosum-server-slots'), 'junction')
  fs.symlinkSync(path.join(root, 'node_modules', '@types'), path.join(modules, '@types'), 'junction')
  for (const file of files) fs.copyFileSync(path.join(__dirname, '..', 'types', file), path.join(folder, file))
  return folder
}

// In our files: to check the library of TypeScript and @types/node takes seconds.
function problems (folder, files, options) {
  const host = ts.createCompilerHost({})
  host.getCurrentDirectory = () => folder
  host.getSourceFile = sourceFileOf
  const program = ts.createProgram(files.map(file => path.join(folder, file)), {
    strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: ['node'], ...options
  }, host)
  const ours = program.getSourceFiles().filter(({ fileName }) => !isLibrary(fileName))
  assert.ok(ours.some(({ fileName }) => fileName.endsWith('index.d.ts')), 'the types were not found')
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
  ].map(problem => ts.formatDiagnostic(problem, host).trim())
}

const parsed = new Map() // the library, once for all programs

function sourceFileOf (name, options) {
  const key = JSON.stringify([name, options])
  if (parsed.has(key)) return parsed.get(key)
  const text = ts.sys.readFile(name)
  const file = text === undefined ? undefined : ts.createSourceFile(name, text, options, true)
  if (isLibrary(name)) parsed.set(key, file)
  return file
}

function isLibrary (name) {
  return path.relative(root, name).startsWith('node_modules')
}
