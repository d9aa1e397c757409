'use strict'

// examples/client.js, as a program.

const assert = require('node:assert/strict')
const { describe, test } = require('node:test')

const { onWindows, run, start, until } = require('../support/examples')

const CLIENT = 'examples/client.js'

describe('the client as a program', { concurrency: 2 }, () => {
  for (const how of ['SIGINT', 'the end of what reads its output']) {
    test(`says what it keeps and what is gone, and ends on ${how}`, { skip: onWindows }, async t => {
      const server = await start(t, ['examples/server.js'])
      const client = run(t, [CLIENT, String(server.port)])
      await client.shows(/^\+ 1 /)
      if (how === 'SIGINT') client.child.kill('SIGINT')
      else client.child.stdout.destroy()
      assert.deepEqual(await client.ends(), { code: 0, signal: null })
      assert.equal(client.stderr, '')
      const { lines } = client
      assert.deepEqual(lines.slice(0, 2), [`+ 0  127.0.0.1:${server.port}  1 of 10`, `+ 1  127.0.0.1:${server.port}  2 of 10`])
      if (how === 'SIGINT') assert.match(lines[lines.length - 1], /^- \d+ {2}127\.0\.0\.1:\d+ {2}0 of 10$/)
      await until(() => / 0 in use\n$/.test(server.output))
    })
  }

  test('says which servers fail', { skip: onWindows }, async t => {
    const client = run(t, [CLIENT, '1'])
    await client.shows(/^! 127\.0\.0\.1:1 {2}connect ECONNREFUSED/)
    client.child.kill('SIGINT')
    assert.equal((await client.ends()).code, 0)
  })
})
