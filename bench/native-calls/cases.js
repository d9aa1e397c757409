'use strict'

// The kinds of native calls. Each returns a loop of n calls, which runs in a process of its
// own.

const Slots = require('../..')
const { MANAGER, MANAGER_ID, SLOT } = require('../../lib/layout.js')

const MILLION = 1_000_000

module.exports = {
  'raw callback, nothing in or out' ({ rawNothing }) {
    return n => { for (let i = 0; i < n; i++) rawNothing() }
  },
  'raw callback, an integer in and out through shared memory' ({ rawShared, sharedIntegers }) {
    return n => {
      for (let i = 0; i < n; i++) {
        sharedIntegers[0] = i
        rawShared()
        if (sharedIntegers[1] !== i + 1) throw new Error('wrong')
      }
    }
  },
  'raw callback, two integers in' ({ rawSum }) {
    return n => { for (let i = 0; i < n; i++) rawSum(i, 1) }
  },
  'raw callback, an integer in and out' ({ rawNext }) {
    return n => { for (let i = 0; i < n;) i = rawNext(i) }
  },
  'raw callback that unwraps this' ({ rawUnwrap, rawWrap }) {
    const wrapped = { rawUnwrap, rawWrap }
    wrapped.rawWrap()
    return n => { for (let i = 0; i < n; i++) wrapped.rawUnwrap() }
  },
  'raw callbacks, 8 of them at one call site' ({ rawMany }) {
    return n => { for (let i = 0; i < n; i++) rawMany[i & 7]() }
  },
  '#[napi] function, nothing in or out' ({ nothing }) {
    return n => { for (let i = 0; i < n; i++) nothing() }
  },
  '#[napi] function, an integer in and out' ({ next }) {
    return n => { for (let i = 0; i < n;) i = next(i) }
  },
  '#[napi] method, nothing in or out' ({ Counter }) {
    const counter = new Counter()
    return n => { for (let i = 0; i < n; i++) counter.nothing() }
  },
  '#[napi] method, an integer in and out' ({ Counter }) {
    const counter = new Counter()
    return n => { for (let i = 0; i < n; i++) counter.add(1) }
  },
  'nativePut() of a slot that is not in use: looks up the manager, changes nothing' (_, { callBuffer, nativePut }) {
    const slots = new Slots()
    const { nativeOf } = Slots[Symbol.for('callosum-server-slots.internals')]
    const id = nativeOf(slots).words[MANAGER_ID]
    return n => {
      for (let i = 0; i < n; i++) {
        callBuffer[MANAGER] = id
        callBuffer[SLOT] = 5
        nativePut()
        if (callBuffer[SLOT] !== -1) throw new Error('wrong')
      }
    }
  },
  'the addon\'s own class: put(slot), get()' (_, { CallosumServerSlots }) {
    const slots = new CallosumServerSlots()
    slots.get()
    return n => {
      for (let i = 0; i < n; i += 2) {
        slots.put(0)
        slots.get()
      }
    }
  },
  'the package: put(slot), get()' () {
    const slots = filled()
    return n => {
      for (let i = 0; i < n; i += 2) {
        slots.put(0)
        slots.get()
      }
    }
  },
  'the package, a million in use: size' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i++) if (slots.size !== MILLION) throw new Error('wrong') }
  },
  'the package, a million in use: maxSlotGiven' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i++) if (slots.maxSlotGiven !== MILLION) throw new Error('wrong') }
  },
  'the package, a million in use: maxSlots' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i++) if (slots.maxSlots !== 2147483647) throw new Error('wrong') }
  },
  'the package, a million in use: peek()' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i++) if (slots.peek() !== MILLION) throw new Error('wrong') }
  },
  'the package, a million in use: has(slot)' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i++) if (!slots.has(Math.imul(i, 7919) & 0x7ffff)) throw new Error('wrong') }
  },
  'the package, a million in use: lease(), release()' () {
    const slots = filled()
    return n => { for (let i = 0; i < n; i += 2) slots.lease().release() }
  }
}

function filled () {
  const slots = new Slots()
  for (let i = 0; i < MILLION; i++) slots.get()
  return slots
}
