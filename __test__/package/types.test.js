'use strict'

// Compiles __test__/package/types as the users of each module system would: in a folder
// of their own, with the package and some version of @types/node in node_modules.

const assert = require('node:assert')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const typescript = require('typescript')
const { install, temporaryFolder } = require('../support/installed.js')

const root = path.join(__dirname, '..', '..')
const modulesHere = path.join(root, 'node_modules')

// By version; what is in node_modules.
const COMPILERS = { 5.4: 'typescript-5.4', '6.0': 'typescript', 7: 'typescript-latest' }
const NODE_TYPES = { 18: 'types-node-18', 20: 'types-node-20', 24: 'types-node-24', 26: '@types/node' }
// The oldest and the newest of both, and one between. The compiler 5.4 does not know the newest types.
const PAIRS = [['5.4', '18'], ['5.4', '24'], ['6.0', '20'], ['7', '18'], ['7', '26']]

const SYSTEMS = {
  commonjs: { module: 'commonjs', files: ['everything.cts', 'client.cts'] },
  nodenext: { module: 'nodenext', files: ['everything.cts', 'client.cts', 'everything.mts'] },
  bundler: { module: 'esnext', moduleResolution: 'bundler', files: ['everything.mts'] }
}

function testTypes (compiler, nodeTypes, system) {
  test(`the types are right with TypeScript ${compiler} and @types/node ${nodeTypes}, in ${system}`, t => {
    const { files, ...options } = SYSTEMS[system]
    const all = nodeTypes >= 20 ? [...files, 'using.ts'] : files // from 20 on they know Symbol.dispose
    assert.deepStrictEqual(problems(folderOfAUser(t, all, nodeTypes), compiler, options), [])
  })
}

for (const pair of PAIRS) testTypes(...pair, 'nodenext')
for (const pair of [PAIRS[0], PAIRS[PAIRS.length - 1]]) {
  testTypes(...pair, 'commonjs')
  testTypes(...pair, 'bundler')
}

for (const compiler of ['5.4', '7']) {
  test(`with TypeScript ${compiler}, \`using\` works too where only its own library knows Symbol.dispose`, t => {
    const folder = folderOfAUser(t, ['using.ts'], 18)
    assert.deepStrictEqual(problems(folder, compiler, { module: 'nodenext', lib: ['es2022', 'esnext.disposable'] }), [])
  })
}

test('a program with the library of es2019 compiles', t => {
  const folder = folderOfAUser(t, ['everything.cts'], 18)
  assert.deepStrictEqual(problems(folder, '7', { module: 'nodenext', lib: ['es2019'] }), [])
})

test('the check itself finds an error in a program', t => {
  const folder = folderOfAUser(t, [], 18)
  fs.writeFileSync(path.join(folder, 'wrong.ts'), "import Slots from 'callosum-server-slots'; new Slots().put('1')")
  const [problem, ...more] = problems(folder, '7', { module: 'nodenext' })
  assert.match(problem, /'string' is not assignable to parameter of type 'number'/)
  assert.deepStrictEqual(more, [])
})

for (const name of ['index.d.ts', 'client.d.ts']) {
  test(`every member of the class in ${name} has a line of documentation, and an example unless it is of events`, () => {
    const file = path.join(root, name)
    const source = typescript.createSourceFile(file, fs.readFileSync(file, 'utf8'), typescript.ScriptTarget.ES2022, true)
    const type = source.statements.find(typescript.isClassDeclaration)
    const events = /^(on|once|addListener|prependListener|prependOnceListener)$/
    const undocumented = type.members.filter(member => {
      const [doc] = typescript.getJSDocCommentsAndTags(member)
      const isEvent = member.name !== undefined && events.test(member.name.getText())
      const hasExample = doc !== undefined && typescript.getJSDocTags(member).some(tag => tag.tagName.text === 'example')
      return !doc || !doc.comment || !(isEvent || hasExample)
    })
    assert.deepStrictEqual(undocumented.map(member => member.getText()), [])
  })
}

/** A folder with these files of types/, and the package and a version of @types/node in node_modules. */
function folderOfAUser (t, files, nodeTypes) {
  const folder = fs.realpathSync(temporaryFolder(t))
  install(folder, { binaries: [] })
  const types = path.join(folder, 'node_modules', '@types')
  fs.mkdirSync(types)
  fs.symlinkSync(path.join(modulesHere, NODE_TYPES[nodeTypes]), path.join(types, 'node'), 'junction')
  for (const file of files) fs.copyFileSync(path.join(__dirname, 'types', file), path.join(folder, file))
  return folder
}

/** What the compiler says of the files in the folder, and not of its own library and @types/node. */
function problems (folder, compiler, options) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'es2022', lib: ['es2022'], types: ['node'] }
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strict, ...options } }))
  const tsc = path.join(modulesHere, COMPILERS[compiler], 'bin', 'tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--listFiles'], { cwd: folder, encoding: 'utf8' })
  assert.strictEqual(stderr, '')
  assert.ok(stdout.includes('callosum-server-slots/index.d.ts\n'), 'the types were not found')
  const all = stdout.split('\n').filter(line => / error TS\d+: /.test(line))
  assert.strictEqual(all.length === 0, status === 0, stdout)
  return all.filter(line => path.relative(modulesHere, path.resolve(folder, line.replace(/\(.*/, ''))).startsWith('..'))
}
