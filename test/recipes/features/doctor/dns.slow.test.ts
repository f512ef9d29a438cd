import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Check } from '../../../../src/features/doctor/check.ts'
import { runCli } from '../../../support/commands.ts'
import { startUnbound, unboundPath } from '../../../support/unbound.ts'

const file = join(mkdtempSync(join(tmpdir(), 'dns-')), 'dkim.pem')
const FROM = 'papers.example.org'
const settings = {
  MAIL_FROM: `digest@${FROM}`,
  REPLY_TO: 'help@example.org',
  BASE_URL: 'https://papers.example.org',
  BOUNCE_DOMAIN: 'bounce.papers.example.org',
  OPERATOR_EMAIL: 'ops@example.org',
  DKIM_DOMAIN: FROM,
  DKIM_SELECTOR: 's1',
  DKIM_KEY_FILE: file,
}
let key: string

beforeAll(() => {
  execFileSync('openssl', ['genrsa', '-out', file, '2048'], { stdio: 'ignore' })
  // As docs/sender-domain.md says.
  const der = execFileSync('openssl', ['rsa', '-in', file, '-pubout', '-outform', 'der'], { stdio: 'pipe' })
  key = der.toString('base64')
})
beforeEach((context) => {
  if (!unboundPath) context.skip('no unbound on this machine')
})

const txt = (name: string, text: string) =>
  `${name}. IN TXT ${text
    .match(/.{1,255}/g)!
    .map((part) => `"${part}"`)
    .join(' ')}`
const dkim = (text: string) => txt(`s1._domainkey.${FROM}`, text)
const dmarc = (text: string, domain = FROM) => txt(`_dmarc.${domain}`, text)
const spf = (text: string) => txt('bounce.papers.example.org', text)

/** What `doctor --dns` finds where these lines are published. */
async function foundWith(lines: string[], changed: Partial<typeof settings> = {}) {
  const unbound = await startUnbound(lines)
  try {
    const args = ['doctor', '--dns', '--resolver', unbound.server, '--json']
    const { code, stdout, stderr } = await runCli(args, { ...settings, ...changed })
    expect(stderr).toBe('')
    const checks: Check[] = JSON.parse(stdout)
    const of = (name: string) => {
      const { state, found, fix } = checks.find(({ check }) => check === name)!
      return `${state}: ${found} / ${fix}`
    }
    return { code, checks, of }
  } finally {
    await unbound.stop()
  }
}

test('records as docs/sender-domain.md shows them are right', async () => {
  const { code, checks } = await foundWith([
    spf('v=spf1 ip4:192.0.2.25 -all'),
    dkim(`v=DKIM1; k=rsa; p=${key}`),
    dmarc('v=DMARC1; p=quarantine'),
    ...[FROM, 'example.org', settings.BOUNCE_DOMAIN].map((name) => `${name}. IN MX 10 mx.example.net.`),
  ])
  expect(checks.map(({ check, state }) => `${check} ${state}`)).toEqual(
    ['SPF', 'DKIM', 'DMARC', 'MX', 'MX', 'MX'].map((name) => `${name} ok`),
  )
  expect(code).toBe(0)
})

test('what is missing is named, with the record of the key', async () => {
  const { code, of, checks } = await foundWith(['elsewhere.example. IN A 192.0.2.1'])
  expect(of('SPF')).toMatch(/^wrong: bounce.papers.example.org has no SPF record/)
  expect(of('DKIM')).toContain('wrong: nothing at s1._domainkey.papers.example.org')
  expect(of('DKIM')).toContain(`v=DKIM1; k=rsa; p=${key}`)
  expect(of('DMARC')).toMatch(
    /^warning: no DMARC record at _dmarc.papers.example.org: the policy of a parent domain applies/,
  )
  expect(checks.filter(({ check }) => check === 'MX').map(({ found }) => found)).toEqual([
    expect.stringContaining(`${FROM} has no MX record: replies and reports are lost`),
    expect.stringContaining('example.org has no MX record: replies and reports are lost'),
    expect.stringContaining(`${settings.BOUNCE_DOMAIN} has no MX record: bounces are lost`),
  ])
  expect(code).toBe(1)
  expect(JSON.stringify(checks)).not.toMatch(/rua|ops@/)
})

test('a domain below a top-level domain has no parent whose DMARC policy applies', async () => {
  const { of } = await foundWith([], { MAIL_FROM: 'digest@example.org', DKIM_DOMAIN: 'example.org' })
  expect(of('DMARC')).toMatch(/^wrong: no DMARC record at _dmarc.example.org \/ Publish one/)
})

test.each([
  ['two records', [spf('v=spf1 mx -all'), spf('v=spf1 a -all')], /^wrong: .* 2 SPF records/],
  ['+all', [spf('v=spf1 +all')], /^wrong: .*everyone may send/],
  ['no end', [spf('v=spf1 a:mail.example.org')], /^warning: .*nothing about other senders/],
  ['?all', [spf('v=spf1 mx ?all')], /^warning: .*nothing about other senders/],
  ['a redirect', [spf('v=spf1 redirect=good.example')], /^ok/],
])('SPF with %s', async (_what, lines, expected) => {
  expect((await foundWith(lines)).of('SPF')).toMatch(expected)
})

test.each([
  ['another key', () => 'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A', /^wrong: .* does not match/],
  ['a key that was withdrawn', () => 'v=DKIM1; k=rsa; p=', /^wrong: .* withdrawn/],
  ['no key', () => 'hello', /^wrong: .* holds no key/],
  ['a test flag', () => `v=DKIM1; t=y; p=${key}`, /^warning: t=y/],
])('DKIM with %s', async (_what, text, expected) => {
  expect((await foundWith([dkim(text())])).of('DKIM')).toMatch(expected)
})

test.each([
  ['p=none', [dmarc('v=DMARC1; p=none')], {}, /^warning: p=none/],
  ['no p, which counts as none', [dmarc('v=DMARC1; rua=mailto:a@example.org')], {}, /^warning: p=none/],
  ['an unknown policy', [dmarc('v=DMARC1; p=maybe')], {}, /^wrong: p=maybe/],
  ['t=y', [dmarc('v=DMARC1; p=reject; t=y')], {}, /^warning: t=y/],
  ['np', [dmarc('v=DMARC1; p=reject; np=reject')], {}, /^ok/],
  ['tags that RFC 9989 removed', [dmarc('v=DMARC1; p=reject; pct=100; ri=1')], {}, /^warning: pct, ri/],
  ['two records', [dmarc('v=DMARC1; p=none'), dmarc('v=DMARC1; p=reject')], {}, /^wrong: 2 DMARC records/],
  ['a record of the parent only', [dmarc('v=DMARC1; p=reject', 'example.org')], {}, /^warning: no DMARC/],
  [
    'adkim=s, and a key of the parent',
    [dmarc('v=DMARC1; p=reject; adkim=s')],
    { DKIM_DOMAIN: 'example.org' },
    /^warning: adkim=s: the signature of example.org/,
  ],
  [
    'aspf=s, and bounces to a subdomain',
    [dmarc('v=DMARC1; p=reject; aspf=s')],
    {},
    /^warning: aspf=s: the SPF record of bounce.papers.example.org/,
  ],
])('DMARC with %s', async (_what, lines, changed, expected) => {
  expect((await foundWith(lines, changed)).of('DMARC')).toMatch(expected)
})

test('a null MX accepts no email', async () => {
  const { of } = await foundWith([`${FROM}. IN MX 0 .`])
  expect(of('MX')).toMatch(/^wrong: papers.example.org accepts no email at all \(null MX\)/)
})

test('a resolver that does not respond, and wrong use', async () => {
  const { code, stdout } = await runCli(['doctor', '--dns', '--resolver', '127.0.0.1:1', '--json'], settings)
  expect(code).toBe(1)
  expect(JSON.parse(stdout)[0]).toMatchObject({
    state: 'wrong',
    fix: 'Try another resolver: --resolver 9.9.9.9',
  })
  for (const args of [
    ['--dns', '--resolver', 'dns.example'],
    ['--resolver', '9.9.9.9'],
  ])
    expect((await runCli(['doctor', ...args], settings)).code).toBe(2)
}, 60_000)
