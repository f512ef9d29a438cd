import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { recordsToSet } from '../../../src/operator/dns/records.ts'
import { checkMx } from '../../../src/operator/dns/run-dns-checks.ts'

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
  [['mail.example.org'], [], false, 'ok', 'mail.example.org'],
  [[], ['192.0.2.1'], false, 'warning', 'no MX record'],
  [[''], [], false, 'wrong', 'null MX'],
  [[], [], true, 'wrong', 'bounces are lost, and unsubscribing by email fails'],
  [[], [], false, 'wrong', 'replies and reports are lost'],
])('MX %j and addresses %j, for bounces %s: %s', async (mx, addresses, isBounces, state, found) => {
  const dns = { mx: async () => mx, addresses: async () => addresses }
  const verdict = await checkMx(dns, 'bounce.example.org', { isBounces })
  expect(verdict.state).toBe(state)
  expect(verdict.found).toContain(found)
})
