'use strict'

// The checks of the package, each with a fault planted in index.js that it has to find.
// CONTRIBUTING.md lists the checks and where each has its test.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { describe, test } = require('node:test')

const { ROOT } = require('../support/child')

const FAULTS = {
  'the highest slot of a word is given': ['const lowest = bits & -bits', 'const lowest = 1 << 31 - clz32(bits)'],
  'a free slot can be put': ['if ((bits & bit) !== 0) return refuse(this, slot)', ''],
  'a slot is lost in the search': ['const bit = 1 << node\n', 'const bit = 3 << node\n'],
  'a summary word is not told of': ['    words[summaries + grandparent] = above | 1 << parent\n', ''],
  'a numeric string is a slot': ['if (!isNonNegativeInt32(slot) || !(slot < words[HIGH_WATER])) return putByNative', 'if (!(slot < words[HIGH_WATER])) return putByNative'],
  'has() is true of fractions': ['    if (!isNonNegativeInt32(slot)) return false\n', ''],
  'reserve() says yes to slots in use': ['return reserved === slot', 'return true'],
  'a put counts twice': ['words[BITMAP_OFFSET + word] = bits | bit\n  words[FREE_COUNT]++', 'words[BITMAP_OFFSET + word] = bits | bit\n  words[FREE_COUNT] += 2'],
  // These cannot be seen from outside.
  'the word that the cursor leaves gets a stale bit': ['if (words[BITMAP_OFFSET + cursor] !== 0) setSummaryBits', 'setSummaryBits'],
  'the search leaves stale bits': ['      words[summaries + node] = bits\n', '']
}

/** From each check to the faults that it finds, and to what it says then. */
const CHECKS = {
  'the search of all states': {
    file: 'exhaustive.test.js',
    only: 'eight slots of eight',
    finds: {
      'the highest slot of a word is given': /get\(/,
      'a free slot can be put': /put\(\d+\)/,
      'reserve() says yes to slots in use': /reserve\(\d+\)/
    }
  },
  'the search of all states, under stale bits': {
    file: 'exhaustive.test.js',
    only: 'under stale summary bits',
    finds: {
      'a slot is lost in the search': /peek\(|get\(|internal error/,
      'a summary word is not told of': /peek\(|get\(|internal error|shared words differ/
    }
  },
  'the comparison of the shared words, in the search of all states': {
    file: 'exhaustive.test.js',
    only: 'under stale summary bits',
    finds: {
      'the word that the cursor leaves gets a stale bit': /the shared words differ/,
      'the search leaves stale bits': /the shared words differ/
    }
  },
  'the comparison of the shared words, in random programs': {
    file: 'model.test.js',
    finds: {
      'the word that the cursor leaves gets a stale bit': /Property failed/,
      'the search leaves stale bits': /Property failed/
    }
  },
  'the random programs': {
    file: 'model.test.js',
    finds: {
      'a free slot can be put': /Property failed/,
      'a put counts twice': /Property failed/
    }
  },
  'the states by hand, slots': {
    file: 'every-state.test.js',
    only: 'put\\(\\) refuses',
    finds: {
      'a free slot can be put': /put\(\) refuses a free slot/,
      'a numeric string is a slot': /put\(\) refuses what is no slot/
    }
  },
  'the states by hand, has()': {
    file: 'every-state.test.js',
    only: 'has\\(\\) is true',
    finds: { 'has() is true of fractions': /has\(\) is true of the slots in use/ }
  },
  'the states by hand, get()': {
    file: 'every-state.test.js',
    only: 'get\\(\\) gives',
    finds: { 'the highest slot of a word is given': /get\(\) gives each free slot once, ascending/ }
  }
}

describe('planted in index.js', { concurrency: 2 }, () => {
  for (const [check, { file, only, finds }] of Object.entries(CHECKS)) {
    for (const [fault, says] of Object.entries(finds)) {
      test(`'${fault}' is found by ${check}`, async () => {
        const { code, stdout } = await run(file, only, FAULTS[fault])
        assert.equal(code, 1)
        const failures = stdout.match(/^not ok .*(?:\n {2}.*)*/gm) || []
        assert.match(failures.join('\n'), says)
        assert.doesNotMatch(stdout, /index\.js has \d+ times/)
      })
    }
  }

  test('without a fault these pass', async () => {
    const { code, stdout } = await run('exhaustive.test.js', 'eight slots of eight', ['clz32(lowest)', 'clz32(lowest)'])
    assert.equal(code, 0, stdout)
  })
})

function run (file, only, fault) {
  const env = { ...process.env, CALLOSUM_TEST_FAULT: JSON.stringify(fault), MODEL_SEED: '1', NODE_TEST_CONTEXT: undefined }
  const values = ['-r', './__test__/support/preload/faulty.js', '--test-reporter=tap', ...(only ? [`--test-name-pattern=${only}`] : []), `__test__/package/${file}`]
  const child = spawn(process.execPath, values, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', text => { stdout += text })
  return new Promise((resolve, reject) => child.on('close', code => resolve({ code, stdout })).on('error', reject))
}
