import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { checkMx } from '../../../src/operator/dns/dns-checks.ts'
import { recordsToSet } from '../../../src/operator/dns/records.ts'

const SETTINGS = {
  MAIL_FROM: 'digest@papers.example.org',
  BASE_URL: 'https://papers.example.org',
  BOUNCE_DOMAIN: 'bounce.papers.example.org',
}

const recordsFor = (settings: Record<string, string>) =>
  recordsToSet(readConfig({ ...SETTINGS, ...settings }), { ips: [] }).filter(
    ({ name, type }) => name === 'bounce.papers.example.org' && (type === 'MX' || type === 'TXT'),
  )

test.each([
  ['smtp://127.0.0.1:25', '10 papers.example.org.'],
  ['smtp://smtp.service.example:587', '10 mail.bounce.papers.example.org.'],
])('the records of BOUNCE_DOMAIN, with %s', (SMTP_URL, mx) => {
  const records = recordsFor({ SMTP_URL })
  expect(records.map(({ type }) => type)).toEqual(['TXT', 'MX'])
  expect(records[0]!.value).toMatch(/^v=spf1 /)
  expect(records[1]).toMatchObject({ value: mx, why: expect.stringContaining('BOUNCE_LMTP') })
})

test.each([
  [{ mx: ['mail.example.org'], addresses: [] }, 'ok', 'mail.example.org'],
  [{ mx: [], addresses: ['192.0.2.1'] }, 'warning', 'no MX record'],
  [{ mx: [''], addresses: [] }, 'wrong', 'null MX'],
  [{ mx: [], addresses: [], isBounces: true }, 'wrong', 'bounces are lost, and unsubscribing by email fails'],
  [{ mx: [], addresses: [] }, 'wrong', 'replies and reports are lost'],
])('MX %j: %s', (published, state, found) => {
  const verdict = checkMx('bounce.example.org', published)
  expect(verdict.state).toBe(state)
  expect(verdict.found).toContain(found)
})
