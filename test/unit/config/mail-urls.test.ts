import { expect, test } from 'vitest'
import { smtpUrl, withClientName } from '../../../src/config/mail-urls.ts'

test('smtpUrl has a default for each part', () =>
  expect(smtpUrl.parse('smtp://relay.example')).toMatchObject({
    port: 587,
    connections: 4,
    mails: 100,
    timeoutSeconds: 600,
    tls: 'verify',
  }))

test('smtpUrl reads from its query how connections are used', () =>
  expect(
    smtpUrl.parse('smtp://relay.example:25?connections=8&mails=20&timeout=90&rate=14&tls=off'),
  ).toMatchObject({ connections: 8, mails: 20, timeoutSeconds: 90, rate: 14, tls: 'off' }))

test.each([
  ['mails=0', 'mails: a whole number from 1 to 10000'],
  ['mails=10001', 'mails: a whole number from 1 to 10000'],
  ['timeout=0', 'timeout: a whole number from 1 to 3600'],
  ['timeout=3601', 'timeout: a whole number from 1 to 3600'],
  ['timeout=2s', 'timeout: a whole number from 1 to 3600'],
])('%s is refused: %s', (query, sentence) =>
  expect(smtpUrl.safeParse(`smtp://relay.example?${query}`).error?.issues[0]?.message).toContain(sentence),
)

test.each([
  ['https://papers.example.org/daily', 'papers.example.org'],
  ['http://localhost:3080', undefined],
  ['http://192.0.2.7', undefined],
  ['http://[2001:db8::7]', undefined],
])('the name in EHLO for the site %s is %s', (baseUrl, name) =>
  expect(withClientName(smtpUrl.parse('smtp://relay.example'), baseUrl)?.clientName).toBe(name),
)
