'use strict'

// What every program of this repository does with its arguments: --help shows all
// options, and what is wrong gets one line.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { describe, test } = require('node:test')

const { ROOT } = require('../support/child')

/** The options of each program. */
const PROGRAMS = {
  'bench/run.js': ['quick', 'growth', 'rounds', 'budget', 'limit', 'patterns', 'contenders', 'sizes', 'json', 'check'],
  'bench/native-calls.js': [],
  'bench/server.js': ['open', 'short', 'rounds', 'contenders'],
  'bench/cluster.js': ['json'],
  'bench/packet-ids.js': ['rounds'],
  'bench/plot.js': [],
  'bench/tables.js': [],
  'fleet/run.js': ['servers', 'clients', 'connections', 'duration', 'interval', 'svg'],
  'fuzz/run.js': ['seconds', 'replay'],
  'mutants/run.js': ['diff', 'resume'],
  'soak/run.js': ['operations', 'seconds', 'seed', 'replay', 'explore'],
  'packaging/lint-workflows.js': [],
  '__test__/coverage/run.js': [],
  '__test__/flakes/run.js': ['runs', 'busy', 'stop'],
  '__test__/load/run.js': ['held', 'short', 'seed'],
  '__test__/runtimes/run.js': ['write'],
  '__test__/sanitizers/run.js': []
}

/** The variables of the environment that a program takes. */
const ENVIRONMENTS = {
  'examples/server.js': ['PORT'],
  'examples/cluster.js': ['PORT', 'WORKERS']
}

/** What is wrong, and what it gets. */
const WRONG = {
  'bench/run.js': {
    '--rounds 0': "--rounds must be an integer from 1 to 1000, but is '0'",
    '--rounds': '--rounds must be an integer from 1 to 1000, but has no value',
    '--rounds --quick': '--rounds must be an integer from 1 to 1000, but has no value',
    '--quick=yes': "--quick takes no value, but is given 'yes'",
    '--budget soon': "--budget must be a number from 1 to 60000, but is 'soon'",
    '--limit -1': "--limit must be a number from 0.01 to 3600, but is '-1'",
    '--sizes abc': "--sizes must be integers from 1 to 100000000 with commas between them, but is 'abc'",
    '--sizes 1,,2': "--sizes must be integers from 1 to 100000000 with commas between them, but is '1,,2'",
    '--patterns churn,swirl': /^--patterns must be some of fill,lifo,.*, but is 'churn,swirl'$/,
    '--contenders nobody': /^--contenders must be some of ours,.*, but is 'nobody'$/,
    '--json=': "--json must be the name of a file, but is ''",
    fast: /^'fast' is not expected: there are the options --quick, .*--help$/
  },
  'bench/server.js': {
    '--open many': "--open must be an integer from 1 to 1000000, but is 'many'",
    '--short 1.5': "--short must be an integer from 100 to 10000000, but is '1.5'",
    '--rounds 0': "--rounds must be an integer from 1 to 1000, but is '0'",
    '--contenders nobody': /^--contenders must be some of ours,.*, but is 'nobody'$/
  },
  'bench/packet-ids.js': { '--rounds 100': "--rounds must be an integer from 1 to 99, but is '100'" },
  'fuzz/run.js': { '--seconds 1': "--seconds must be an integer from 2 to 1000000, but is '1'" },
  'mutants/run.js': {
    'src/nothing.rs': /^An argument must be rust.* or a file \(.rs.*\), but is 'src\/nothing.rs'$/,
    'README.md': /^An argument must be rust.* or a file \(.rs.*\), but is 'README.md'$/,
    '--diff no-such-revision': "--diff must be a revision of git, but is 'no-such-revision'",
    '--diff --resume': '--diff must be a revision of git, but has no value'
  },
  'soak/run.js': {
    '--operations 0': "--operations must be an integer from 1 to 1000000000000, but is '0'",
    '--seconds 1e3': "--seconds must be an integer from 1 to 1000000, but is '1e3'",
    '--seed -1': "--seed must be an integer from 0 to 2147483647, but is '-1'",
    '--replay --seconds 5': '--replay takes no other option',
    '--explore --operations 5': '--explore takes --seconds, but no --operations'
  },
  '__test__/load/run.js': {
    '--held 0': "--held must be an integer from 1 to 1000000, but is '0'",
    '--short few': "--short must be an integer from 4 to 10000000, but is 'few'",
    '--seed x': "--seed must be an integer from 0 to 4294967295, but is 'x'"
  },
  '__test__/runtimes/run.js': { node11: /^An argument must be one of node12, .*, but is 'node11'$/ }
}

describe('the arguments of', { concurrency: 2 }, () => {
  for (const [program, options] of Object.entries(PROGRAMS)) {
    test(`${program}: --help shows them all`, async () => {
      const { code, stdout, stderr } = await run(program, ['--help'])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      const shown = Array.from(stdout.matchAll(/^ {2}--([a-z]+)/gm), ([, name]) => name)
      assert.deepEqual(shown, [...options, 'help'])
    })

    test(`${program}: one that it does not have gets a line that tells those it has`, async () => {
      await isRefused(program, ['--no-such-option'], `There is no option --no-such-option: there are ${[...options, 'help'].map(name => `--${name}`).join(', ')}`)
    })
  }

  for (const [program, cases] of Object.entries(WRONG)) {
    for (const [args, message] of Object.entries(cases)) {
      test(`${program}: '${args}' is refused`, () => isRefused(program, args.split(' '), message))
    }
  }

  for (const [program, names] of Object.entries(ENVIRONMENTS)) {
    test(`${program}: --help shows the variables of the environment`, async () => {
      const { code, stdout } = await run(program, ['--help'])
      assert.equal(code, 0)
      assert.deepEqual(Array.from(stdout.matchAll(/^ {2}([A-Z]+)/gm), ([, name]) => name), names)
    })

    test(`${program}: an option is refused`, async () => {
      await isRefused(program, ['--port', '1'], `There is no option --port: the environment has ${names.join(' and ')}`)
    })
  }

  for (const [name, value, takes] of [
    ['PORT', '65536', 'from 0 to 65535'], ['PORT', 'abc', 'from 0 to 65535'],
    ['WORKERS', 'abc', 'from 1 to 1024'], ['WORKERS', '0', 'from 1 to 1024']
  ]) {
    test(`examples/cluster.js: ${name}=${value} is refused`, async () => {
      await isRefused('examples/cluster.js', [], `${name} must be an integer ${takes}, but is '${value}'`, { [name]: value })
    })
  }
})

async function isRefused (program, args, message, env) {
  const { code, stdout, stderr } = await run(program, args, env)
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, stderr)
  const [line, ...others] = stderr.split('\n')
  assert.deepEqual(others, [''], stderr)
  if (message instanceof RegExp) assert.match(line, message)
  else assert.equal(line, message)
}

function run (program, args, env) {
  return new Promise(resolve => {
    execFile(process.execPath, [program, ...args], { cwd: ROOT, env: { ...process.env, ...env }, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr })
    })
  })
}
