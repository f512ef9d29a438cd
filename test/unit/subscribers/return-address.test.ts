import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomId } from '../../../src/core/secrets.ts'
import {
  isReturnAddress,
  type ReturnPurpose,
  readReturnAddress,
  readReturnToken,
  returnAddress,
  returnToken,
} from '../../../src/subscribers/return-address.ts'

const SECRET = 'a secret of thirty-two bytes or more'
const OLD = 'another secret of thirty-two bytes!!'
const idOf = { bounce: () => randomId(96), unsubscribe: () => randomId(80) }
const PURPOSES: ReturnPurpose[] = ['bounce', 'unsubscribe']

describe.each(PURPOSES)('the return address for %s', (purpose) => {
  const other = PURPOSES.find((one) => one !== purpose)!

  test('has the id for which it was made, in any case, under all secrets of the list', () => {
    for (let i = 0; i < 500; i++) {
      const id = idOf[purpose]()
      const address = returnAddress({ purpose, id }, OLD, 'bounce.example.org')
      expect(address.split('@')[0]!.length).toBeLessThanOrEqual(64)
      expect(readReturnAddress(address, [SECRET, OLD])).toEqual({ purpose, id })
      expect(readReturnAddress(address.toUpperCase(), [SECRET, OLD])).toEqual({ purpose, id })
      expect(readReturnAddress(address, [SECRET])).toBeUndefined()
    }
  })

  test('is invalid with one changed digit, or for the other purpose', () => {
    const id = idOf[purpose]()
    const token = returnToken({ purpose, id }, SECRET)
    for (let i = 0; i < token.length; i++) {
      const digit = (Number.parseInt(token[i]!, 16) ^ 1).toString(16)
      const forged = token.slice(0, i) + digit + token.slice(i + 1)
      expect(readReturnToken(forged, purpose, [SECRET])).toBeUndefined()
    }
    expect(readReturnToken(token, other, [SECRET])).toBeUndefined()
    expect(readReturnToken(token.slice(2), purpose, [SECRET])).toBeUndefined()
    expect(readReturnToken(`${token}00`, purpose, [SECRET])).toBeUndefined()
  })
})

test('`readReturnAddress` returns none for any text, without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(readReturnAddress(text, [SECRET])).toBeUndefined()
      expect(readReturnAddress(`b+${text}@b.example`, [SECRET])).toBeUndefined()
    }),
  )
})

test('`isReturnAddress` distinguishes an invalid return address from other mailboxes', () => {
  expect(isReturnAddress('B+00@b.example')).toBe(true)
  expect(isReturnAddress('u+@b.example')).toBe(true)
  expect(isReturnAddress('postmaster@b.example')).toBe(false)
})
