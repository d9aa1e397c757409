'use strict'

// npm run fleet, in short: real servers and clients, and faults that it must see.

const assert = require('node:assert/strict')
const { mkdtempSync, readFileSync, readdirSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { describe, test } = require('node:test')

const { readOptions } = require('../../examples/fleet/options')
const { ROOT, framesOf, onWindows, run: runProgram, until } = require('../support/examples')

const SMALL = ['--servers', '3', '--clients', '2', '--connections', '30', '--duration', '2']
const SETTLING = [...SMALL, '--duration', '4', '--interval', '4'] // on a busy machine too
const PROCESSES = 3 + 2 + 1 // before a server joins
const PRELOAD = path.join(ROOT, '__test__', 'support', 'preload')
const LONG = 60_000 // ms: the longest that a test waits for a fleet

describe('the fleet', { concurrency: 2, skip: onWindows }, () => {
  test('absorbs a kill and a join, and ends with 0', async t => {
    const fleet = run(t, SETTLING)
    assert.equal(await fleet.ends(), 0, fleet.output)
    assert.match(fleet.output, /^ *\d\.\d s {2}server [123] turns sick: it resets each connection that sends a request$/m)
    assert.match(fleet.output, /^ok {4}\d+ requests failed at the sick server, which was ejected \d+ times; 20 are allowed$/m)
    assert.match(fleet.output, /^ok {4}no requests failed at the servers that were well$/m)
    assert.match(fleet.output, /^ *\d\.\d s {2}server [123] is killed \(SIGKILL\) with \d+ connections$/m)
    assert.match(fleet.output, /^ *\d\.\d s {2}server 4 joins$/m)
    assert.match(fleet.output, /imbalance 1\.\d\d {2}mean 20\.0 {2}loads (- )?(\d\d ?){1,3}(- )?/)
    assert.match(fleet.output, /^ok {4}the loads ended within \d\.\d% of the mean, 20\.0; 10% are allowed$/m)
    assert.match(fleet.output, /^ok {4}the clients keep 60 connections of 60$/m)
    assert.match(fleet.output, /^ok {4}[\d,]{3,} slots were given, each the lowest free one: none twice, none lost$/m)
    assert.ok(!/FAIL|\x1b/.test(fleet.output)) // eslint-disable-line no-control-regex
    const svg = readFileSync(fleet.svg, 'utf8')
    for (const part of [/^<svg /, />kill</, />join</, />sick</, />joins</, />sick for a while</, /<\/svg>\n$/]) assert.match(svg, part)
  })

  for (const [what, args, fault, ...patterns] of [
    ['a slot is given twice', SMALL, 'slot-twice',
      /^FAIL {2}[\d,]+ slots were given, each the lowest free one: \d+ faults$/m,
      /^FAIL {4}server \d: slot 3 was given twice: to \S+ and to \S+$/m],
    ['a client holds another slot than its server says', SMALL, 'slot-garbled',
      /^FAIL {4}server \d: the slots that the clients hold are not those that it says are in use$/m],
    ['the loads are uneven', SMALL, 'first-server',
      /^FAIL {2}the loads ended within \d+\.\d% of the mean/m,
      /^ok {4}[\d,]+ slots were given/m],
    ['no client ejects the sick server', [...SETTLING, '--duration', '12', '--interval', '3'], 'no-ejection',
      /^FAIL {2}\d\d+ requests failed at the sick server, which was ejected 0 times/m],
    ['connections are missing', [...SMALL, '--interval', '60000'], undefined,
      /^FAIL {2}the clients keep \d connections of 60$/m],
    ['a server crashes', SMALL, 'crash', /^server \d ended, exit code 1: [^]*crash by order of the test/m]
  ]) {
    test(`ends with 1 when ${what}, and leaves no process behind`, async t => {
      const fleet = run(t, args, { fault })
      assert.equal(await fleet.ends(), 1, fleet.output)
      for (const pattern of patterns) assert.match(fleet.output, pattern)
      await fleet.leavesNothing()
    })
  }

  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGKILL', null]]) {
    test(`leaves no process behind when it gets ${signal}`, async t => {
      const fleet = run(t, [...SMALL, '--duration', '60'])
      await until(() => fleet.pids().length === PROCESSES && fleet.output.includes('the clients start'), undefined, LONG)
      fleet.child.kill(signal)
      assert.equal(await fleet.ends(), code)
      await fleet.leavesNothing()
    })
  }
})

describe('the fleet on a terminal', { concurrency: 2, skip: onWindows }, () => {
  test('draws a bar for each server in place', async t => {
    const fleet = run(t, SETTLING, { terminal: '70x20' })
    assert.equal(await fleet.ends(), 0, fleet.output)
    const frames = framesOf(fleet.output)
    assert.ok(frames.length >= 5, String(frames.length))
    for (const lines of frames) {
      assert.ok(lines.length <= 20 && lines.every(line => line.length < 70), lines.join('\n'))
    }
    assert.match(frames[0].join('\n'), /server 4 {3}joins after 2\.4 s/)
    const last = frames[frames.length - 1].join('\n')
    const bar = /^server (\d) {3}█{10,}[▏▎▍▌▋▊▉]? +(18|19|20|21|22) +[+−]\d+%$/gm
    assert.equal(last.match(bar).length, 3, last)
    assert.match(last, /^server [123] {3}killed$/m)
    assert.match(fleet.output, /\x1b\[32m█/) // eslint-disable-line no-control-regex
  })

  test('uses no colours with NO_COLOR', async t => {
    const fleet = run(t, SMALL, { terminal: '70x20', env: { NO_COLOR: '1' } })
    await until(() => fleet.output.includes('█'), undefined, LONG)
    assert.doesNotMatch(fleet.output, /\x1b\[\d+m/) // eslint-disable-line no-control-regex
  })
})

describe('the options of the fleet', { concurrency: 2 }, () => {
  test('--help shows them all', async t => {
    const fleet = run(t, ['--help'])
    assert.equal(await fleet.ends(), 0)
    for (const name of ['servers', 'clients', 'connections', 'duration', 'interval', 'svg']) {
      assert.match(fleet.output, new RegExp(`^ {2}--${name} `, 'm'))
    }
  })

  const nowhere = path.join(__dirname, 'no', 'such.svg')
  const wrong = [
    ['--servers 1', "--servers must be an integer from 2 to 100, but is '1'"],
    ['--clients 1.5', "--clients must be an integer from 1 to 100, but is '1.5'"],
    ['--connections many', "--connections must be an integer from 1 to 10000, but is 'many'"],
    ['--duration=', "--duration must be an integer from 2 to 600, but is ''"],
    ['--interval=-1', "--interval must be an integer from 1 to 60000, but is '-1'"],
    ['--clients 2 --connections 10', '--clients 2 with --connections 10 each are too few for --servers 6: it takes 10 connections for each server'],
    ['--svg=', "--svg must be a file that can be written, but is '': ENOENT"],
    [`--svg ${nowhere}`, `--svg must be a file that can be written, but is '${nowhere}': ENOENT`],
    ['--interval', "Option '--interval <value>' argument missing"],
    ['--speed 9', "Unknown option '--speed'"],
    ['fast', "Unexpected argument 'fast'"]
  ]
  for (const [args, message] of wrong) {
    test(`refuse ${args.replace(__dirname, '')}`, () => {
      assert.throws(() => readOptions(args.split(' ')), error => error.message.startsWith(message))
    })
  }

  test('that are wrong end it with one line and exit code 2', async t => {
    const fleet = run(t, ['fast'])
    assert.equal(await fleet.ends(), 2)
    assert.match(fleet.output, /^Unexpected argument 'fast'.*\n$/)
  })

  test('more connections than files may be open are refused', { skip: onWindows }, async t => {
    const fleet = run(t, ['--connections', '200'], { shell: 'ulimit -n 256' })
    assert.equal(await fleet.ends(), 2)
    assert.match(fleet.output, /^These connections take 500 open files in a process, and the limit is 256 \(ulimit -n\)/)
  })
})

/** Runs a fleet; it is killed when the test `t` ends, however it ends. */
function run (t, args, { fault, env, ...options } = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fleet-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const pids = mkdtempSync(path.join(folder, 'pids-'))
  const svg = path.join(folder, 'fleet.svg')
  const preloads = ['tell-pid', ...(fault ? ['fleet-fault'] : [])].map(name => `--require ${JSON.stringify(path.join(PRELOAD, name))}`)
  const environment = { NODE_OPTIONS: preloads.join(' '), PIDS: pids, FAULT: fault, ...env }
  const program = runProgram(t, ['examples/fleet/run.js', '--svg', svg, ...args], { ...options, env: environment })
  return {
    child: program.child,
    svg,
    get output () { return program.output + program.stderr },
    pids: () => readdirSync(pids).map(Number),

    async ends () {
      await until(() => program.end, () => `the end, after\n${program.output}`, LONG)
      return program.end.code
    },

    async leavesNothing () {
      assert.ok(this.pids().length >= PROCESSES)
      await until(() => !this.pids().some(isAlive), undefined, LONG)
    }
  }
}

function isAlive (pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}
