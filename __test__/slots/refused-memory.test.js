'use strict'

// Memory that is refused: an error, the state as before, and all works again when there is some.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { test } = require('node:test')

const { ROOT, run } = require('../support/child')

/** Grows a manager until memory is refused; what fills the address space is let go then. */
function main (CallosumServerSlots) {
  const fill = []
  const fillUp = size => {
    for (;;) {
      try {
        fill.push(new ArrayBuffer(size))
      } catch (_) {
        return
      }
    }
  }
  const slots = CallosumServerSlots.from({ maxSlots: 2147483647, maxSlotGiven: 67108864, inUse: [[0, 67108864]] })
  const errors = []
  slots.on('error', error => errors.push(error))
  fillUp(8e6)
  const before = JSON.stringify([slots, slots.size, slots.peek()])
  const answers = [slots.get(), slots.get(), slots.reserve(67108870)]
  const after = JSON.stringify([slots, slots.size, slots.peek()])
  const put = slots.put(5)
  const again = slots.get() // the one that was put needs no memory
  fill.length = 0
  // Node.js may give the memory back on another thread, at its own time.
  let isBack = false
  for (const end = Date.now() + 60000; !isBack && Date.now() < end;) {
    globalThis.gc()
    try {
      isBack = new ArrayBuffer(500e6).byteLength > 0
    } catch (_) {}
  }
  globalThis.gc()
  const later = [slots.get(), slots.reserve(67108870), slots.get()]
  return {
    errors: errors.map(error => `${error.code} ${error.message}`),
    answers: answers.map(String),
    unchanged: before === after,
    put: String(put),
    again,
    later,
    size: slots.size
  }
}

test('get() and reserve() that get no memory say so, change nothing, and work again', { skip: process.platform !== 'linux' }, () => {
  const script = `const result = (${main})(require(${JSON.stringify(ROOT)})); console.log(JSON.stringify(result))`
  const limited = spawnSync('prlimit', ['--as=3000000000', process.execPath, '--expose-gc', '-e', script], { cwd: ROOT, encoding: 'utf8' })
  assert.equal(limited.status, 0, limited.stderr)
  const { errors, answers, unchanged, put, again, later, size } = JSON.parse(limited.stdout)
  assert.deepEqual(errors, Array(3).fill('ERR_MEMORY_ALLOCATION_FAILED Memory allocation failed: the bitmap of free slots cannot grow'))
  assert.deepEqual(answers, ['undefined', 'undefined', 'false'])
  assert.ok(unchanged)
  assert.deepEqual([put, again], ['undefined', 5])
  assert.deepEqual(later, [67108864, true, 67108865])
  assert.equal(size, 67108867)
})

/** What a program says in which arrays of this type are refused while `isArmed` is true. */
function saidWithout (type, program) {
  return run(['-e', `
    const Original = ${type}
    let isArmed = false
    globalThis.${type} = function (length) {
      if (isArmed) throw new RangeError('refused')
      return new Original(length)
    }
    const CallosumServerSlots = require(${JSON.stringify(ROOT)})
    ${program}`])
}

test('clear() that gets no memory for smaller words frees all slots in those it has', async () => {
  const said = await saidWithout('Int32Array', `
    const slots = new CallosumServerSlots({ maxSlots: 2e9 })
    for (let i = 0; i < 2000; i++) slots.get()
    slots.reserve(1e9)
    isArmed = true
    slots.clear()
    isArmed = false
    console.log(slots.size, slots.has(5), slots.has(1e9), slots.get(), slots.maxSlots)`)
  assert.equal(said, '0 false false 0 2000000000\n')
})

test('memory that a lease does not get: an error, and the slot stays as it was', async () => {
  const said = await saidWithout('Float64Array', `
    const slots = new CallosumServerSlots()
    const held = slots.lease()
    slots.on('error', ({ code, message }) => console.log(code, message))
    for (let i = 0; i < 50; i++) slots.get()
    isArmed = true
    console.log(slots.lease(), slots.lease(60), slots.adopt(50), slots.size, slots.peek())
    isArmed = false
    console.log(slots.lease().slot, slots.lease(60).slot, slots.adopt(50).slot)
    held.release()
    console.log(slots.size, slots.peek())`)
  const error = 'ERR_MEMORY_ALLOCATION_FAILED Memory allocation failed: the table of leases cannot grow\n'
  assert.equal(said, `${error.repeat(3)}undefined undefined undefined 51 51\n51 60 50\n52 0\n`)
})
