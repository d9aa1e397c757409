'use strict'

// What the examples say of wrong arguments and settings, of a port in use, and to --help.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const { listen } = require('../support/callosum-servers')
const { run } = require('../support/examples')

const CLIENT = /^Usage: node examples\/client\.js PORT/
const REQUESTS = /^Usage: node examples\/requests\.js PORT/
const SIZING = /^Usage: node examples\/sizing\.js/
const notAPort = port => `PORT must be an integer from 0 to 65535, but is '${port}'\n`
const sizing = servers => `--servers ${servers} --clients 6 --connections 10 --lifetime 5 --recovery 5`

describe('the examples', { concurrency: 4 }, () => {
  for (const [program, args, env, code, message] of [
    ['server', '', { PORT: 'http' }, 1, notAPort('http')],
    ['server', '', { PORT: '-1' }, 1, notAPort('-1')],
    ['server', '', { PORT: '65536' }, 1, notAPort('65536')],
    ['server', '', { PORT: '40.4' }, 1, notAPort('40.4')],
    ['server', '--port', {}, 1, 'There is no option --port: the environment has PORT\n'],
    ['cluster', '--port', {}, 1, 'There is no option --port: the environment has PORT, WORKERS and OWN_PORTS\n'],
    ['cluster', '', { WORKERS: '0' }, 1, "WORKERS must be an integer from 1 to 1024, but is '0'\n"],
    ['cluster', '', { WORKERS: '2', PORT: '65535', OWN_PORTS: '1' }, 1, "PORT must be an integer from 0 to 65534, but is '65535'\n"],
    ['client', '--help', {}, 1, CLIENT],
    ['client', '', {}, 1, CLIENT],
    ['client', 'http', {}, 1, CLIENT],
    ['client', '0', {}, 1, CLIENT],
    ['client', '65536', {}, 1, CLIENT],
    ['client', '4040 -1', {}, 1, CLIENT],
    ['requests', '', {}, 1, REQUESTS],
    ['requests', '0', {}, 1, REQUESTS],
    ['requests', '4040 x', {}, 1, REQUESTS],
    ['sizing', '--help', {}, 0, SIZING],
    ['sizing', '--servers 3', {}, 2, /^--clients must be a number above 0, but is undefined\nUsage/],
    ['sizing', sizing(1), {}, 2, /^--servers must be a number from 2 up, but is 1\nUsage/],
    ['sizing', `${sizing(3)} --speed 5`, {}, 2, /^Unknown option '--speed'/]
  ]) {
    test(`${[`${program}.js`, args, ...Object.entries(env).map(each => each.join('='))].filter(Boolean).join(' ')}: it says what is wrong, or the usage, and ends with ${code}`, async t => {
      const ended = run(t, [`examples/${program}.js`, ...args.split(' ').filter(Boolean)], { env })
      assert.equal((await ended.ends()).code, code)
      const [said, other] = code === 0 ? [ended.output, ended.stderr] : [ended.stderr, ended.output]
      assert.ok(typeof message === 'string' ? said === message : message.test(said), said)
      assert.equal(other, '')
    })
  }

  for (const [program, message] of [
    ['server', /^Cannot listen on 127\.0\.0\.1:\d+: the port is in use; set PORT to another\n$/],
    ['cluster', /^worker 0: (listen|bind) EADDRINUSE/]
  ]) {
    test(`${program}.js ends with 1 if its port is in use`, async t => {
      const { port } = await listen(t, () => {})
      const second = run(t, [`examples/${program}.js`], { env: { PORT: String(port), WORKERS: '1' } })
      assert.equal((await second.ends()).code, 1)
      assert.match(second.stderr, message)
    })
  }
})
