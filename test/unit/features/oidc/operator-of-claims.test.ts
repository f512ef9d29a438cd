import { describe, expect, test } from 'vitest'
import { operatorName, operatorOfClaims } from '../../../../src/features/oidc/operator-of-claims.ts'

const SETTINGS = {
  issuer: 'https://id.example.org',
  clientId: 'papers',
  clientSecret: 'secret',
  changeGroup: 'operators',
  viewGroup: 'viewers',
  groupsClaim: 'roles',
}

describe('`operatorOfClaims`', () => {
  test('lets a person of both groups change something', () =>
    expect(operatorOfClaims({ sub: '1', name: 'Ada', roles: ['viewers', 'operators'] }, SETTINGS)).toEqual({
      name: 'Ada',
      mayChange: true,
    }))

  test('lets a person of the second group look', () =>
    expect(operatorOfClaims({ sub: '1', name: 'Ada', roles: ['viewers'] }, SETTINGS).mayChange).toBe(false))

  test('lets nobody look if there is no second group', () =>
    expect(() =>
      operatorOfClaims({ sub: '1', roles: ['viewers', 'undefined'] }, { ...SETTINGS, viewGroup: undefined }),
    ).toThrow(expect.objectContaining({ code: 'oidc.other-group' })))
})

describe('`operatorName`', () => {
  test.each([
    ['the name', { name: 'Ada Lovelace', preferred_username: 'ada', sub: '1' }, 'Ada Lovelace'],
    ['the user name, if there is no name', { name: ' ', preferred_username: 'ada', sub: '1' }, 'ada'],
    ['the user name, if the name is an address', { name: 'a@x.example', preferred_username: 'ada' }, 'ada'],
    ['a masked address, if there is nothing else', { preferred_username: 'ada@x.example' }, 'a•••@x.example'],
    ['the subject, if there is no name', { sub: 'f81d4fae' }, 'f81d4fae'],
    ['the subject without the sign of an address', { sub: 'ada@x.example' }, 'ada at x.example'],
    ['one line', { name: 'Ada\r\n\u0000\u202eLovelace' }, 'Ada Lovelace'],
    ['a name that is no text as if it were missing', { name: { first: 'Ada' }, sub: '1' }, '1'],
    ['up to 60 characters, each whole', { name: '𝒜'.repeat(100) }, '𝒜'.repeat(60)],
  ])('is %s', (_what, claims, expected) => expect(operatorName(claims)).toBe(expected))
})
