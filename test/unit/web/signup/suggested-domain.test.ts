import { expect, test } from 'vitest'
import { editDistance } from '../../../../src/core/edit-distance.ts'
import { isMailboxProvider, suggestDomain } from '../../../../src/web/signup/inbox-view.ts'

test.each([
  ['gmial.com', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['gmail.cm', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gnail.cm', 'gmail.com'],
  ['gmaill.com', 'gmail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['hotmai.co.uk', 'hotmail.co.uk'],
  ['outlok.com', 'outlook.com'],
  ['yahooo.com', 'yahoo.com'],
  ['iclould.com', 'icloud.com'],
  ['protonmial.com', 'protonmail.com'],
  ['aol.cmo', 'aol.com'],
  ['gmx.ne', undefined],
])('suggestDomain corrects %s to %s', (typed, meant) => expect(suggestDomain(typed)).toBe(meant))

test.each([
  'gmail.com',
  'example.com',
  'mail.com',
  'email.com',
  'ymail.com',
  'gmx.com',
  'hotmail.ca',
  'yahoo.ca',
  'yahoo.com.br',
  'cs.example.edu',
  'ox.ac.uk',
  'xn--bcher-kva.example',
  'pm.me',
  'sky.com',
  '',
])('suggestDomain keeps %s', (typed) => expect(suggestDomain(typed)).toBeUndefined())

test('suggestDomain only suggests providers', () => {
  expect([isMailboxProvider('gmail.com'), isMailboxProvider('evil.example')]).toEqual([true, false])
})

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', '', 3],
  ['abc', 'acb', 1],
  ['abcd', 'badc', 2],
  ['kitten', 'sitting', 3],
])('from %j to %j are %i', (a, b, distance) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance])
})
