import { expect, test } from 'vitest'
import { seal, unseal } from '../../../src/core/secrets.ts'

const purpose = 'a test'
const text = 'ann@example.com, 日々の論文'
const sealed = seal(text, { secret: 'old secret', purpose })

test('unseal returns a sealed text with the same secret, also after a newer one was added', () => {
  expect(sealed).toMatch(/^[\w-]+$/)
  expect(unseal(sealed, { secrets: ['new secret', 'old secret'], purpose })).toBe(text)
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('ann')
  expect(seal(text, { secret: 'old secret', purpose })).not.toBe(sealed)
})

test.each([
  ['another secret', sealed, 'new secret', purpose],
  ['another purpose', sealed, 'old secret', 'another'],
  ['a changed letter', `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`, 'old secret', purpose],
  ['a part of it', sealed.slice(0, 30), 'old secret', purpose],
  ['nothing', '', 'old secret', purpose],
])('unseal returns nothing for %s', (_what, token, secret, forPurpose) =>
  expect(unseal(token, { secrets: [secret], purpose: forPurpose })).toBeNull(),
)
