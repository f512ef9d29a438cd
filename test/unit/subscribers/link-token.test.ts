import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/errors.ts'
import {
  type Link,
  type LinkPurpose,
  readLink,
  secretById,
  secretId,
  signLink,
} from '../../../src/subscribers/links.ts'

const PURPOSES: LinkPurpose[] = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest']
const OLD = 'the-old-secret-of-thirty-two-bytes-1'
const NEW = 'the-new-secret-of-thirty-two-bytes-2'
const ISSUED = new Date('2026-11-24T08:00:00Z')

const link = (purpose: LinkPurpose, changes: Partial<Link> = {}): Link => ({
  purpose,
  id: 'Zk3_x-9QaLm2Rw',
  epoch: 3,
  issuedAt: ISSUED,
  ...changes,
})

const codeOf = (token: string, purpose: LinkPurpose, secrets = [NEW], now = ISSUED): string => {
  try {
    readLink(token, purpose, secrets, now)
    return 'read'
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}

describe('a link', () => {
  test.each(PURPOSES)('for %s returns what was signed', (purpose) => {
    expect(readLink(signLink(link(purpose), NEW), purpose, [NEW], ISSUED)).toEqual(link(purpose))
  })

  test('is the same text each time, URL-safe, of up to 120 characters', () => {
    const token = signLink(link('confirm', { id: 'x'.repeat(40) }), NEW)
    expect(token).toBe(signLink(link('confirm', { id: 'x'.repeat(40) }), NEW))
    expect(token).toMatch(/^[A-Za-z0-9_-]{1,120}$/)
  })

  test('is valid only for its purpose', () => {
    for (const signed of PURPOSES) {
      for (const asked of PURPOSES) {
        const expected = signed === asked ? 'read' : 'link.wrong-purpose'
        expect([signed, asked, codeOf(signLink(link(signed), NEW), asked)]).toEqual([signed, asked, expected])
      }
    }
  })

  test('for another purpose has the error of an unknown link', () => {
    const wrong = new Fault('link.wrong-purpose', { purpose: 'confirm', found: 'manage' })
    const unknown = new Fault('link.unknown')
    expect([wrong.status, wrong.sentence]).toEqual([unknown.status, unknown.sentence])
  })

  test('is refused after a change of any bit, on every byte', () => {
    const bytes = Buffer.from(signLink(link('unsubscribe'), NEW), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect([bit, codeOf(changed.toString('base64url'), 'unsubscribe')]).toEqual([bit, 'link.unknown'])
    }
  })

  test('has one spelling, without another last character, blanks, padding or cuts', () => {
    const token = signLink(link('unsubscribe'), NEW)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = [...alphabet].map((last) => token.slice(0, -1) + last).filter((other) => other !== token)
    const spellings = [
      ...others,
      `${token}=`,
      ` ${token}`,
      `${token.slice(0, 9)}.${token.slice(9)}`,
      token.slice(1),
      '',
    ]
    for (const spelling of spellings) expect(codeOf(spelling, 'unsubscribe')).not.toBe('read')
  })

  test('that lost its capitals has its own error', () => {
    expect(codeOf(signLink(link('unsubscribe'), NEW).toLowerCase(), 'unsubscribe')).toBe('link.lower-case')
    expect(codeOf('nonsense', 'unsubscribe')).toBe('link.unknown')
  })

  test('is valid under all secrets of the list, and no other', () => {
    const token = signLink(link('unsubscribe'), OLD)
    expect(codeOf(token, 'unsubscribe', [NEW, OLD])).toBe('read')
    expect(codeOf(token, 'unsubscribe', [NEW])).toBe('link.unknown')
  })

  test.each<[LinkPurpose, number]>([
    ['confirm', 7],
    ['resubscribe', 30],
  ])('for %s ends after %i days, not a second before', (purpose, days) => {
    const token = signLink(link(purpose), NEW)
    const end = ISSUED.getTime() + days * 86_400_000
    expect(codeOf(token, purpose, [NEW], new Date(end - 1000))).toBe('read')
    expect(codeOf(token, purpose, [NEW], new Date(end))).toBe('link.expired')
  })

  test('for unsubscribe never ends', () => {
    expect(
      codeOf(signLink(link('unsubscribe'), NEW), 'unsubscribe', [NEW], new Date('2056-11-24T08:00:00Z')),
    ).toBe('read')
  })
})

describe('a secret', () => {
  test('has a short name that reveals nothing of it', () => {
    expect(secretId(NEW)).toMatch(/^[\w-]{6}$/)
    expect(secretId(NEW)).not.toBe(secretId(OLD))
  })

  test('is found by its name, or else is the newest', () => {
    expect(secretById(secretId(OLD), [NEW, OLD])).toBe(OLD)
    expect(secretById(secretId(OLD), [NEW])).toBe(NEW)
  })
})
