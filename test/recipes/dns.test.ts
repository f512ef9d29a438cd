import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { loadDkimKey } from '../../src/mail/smtp/dkim.ts'
import { openDnsResolver } from '../../src/operator/dns/dns-client.ts'
import { publicKeyOf, zoneFile } from '../../src/operator/dns/records.ts'
import { runDnsChecks } from '../../src/operator/dns/run-dns-checks.ts'
import { runCli } from '../support/commands.ts'
import { startUnbound, unboundPath } from '../support/unbound.ts'

const IPS = ['192.0.2.25', '2001:db8::25']
const folder = mkdtempSync(join(tmpdir(), 'dns-'))
const file = join(folder, 'dkim.pem')
const settings = {
  MAIL_FROM: 'digest@papers.example.org',
  REPLY_TO: 'help@example.org',
  BASE_URL: 'https://papers.example.org',
  SMTP_URL: 'smtp://mail.example.org:587',
  OPERATOR_EMAIL: 'ops@example.org',
  DKIM_DOMAIN: 'papers.example.org',
  DKIM_SELECTOR: 's1',
  DKIM_KEY_FILE: file,
}
/** What stands in the DNS besides the records that the doctor asks for. */
const OTHERS = [
  'mail.example.org. IN A 192.0.2.25',
  'mail.example.org. IN AAAA 2001:db8::25',
  'mail.papers.example.org. IN A 192.0.2.25',
]

beforeAll(() => {
  execFileSync('openssl', ['genrsa', '-out', file, '2048'], { stdio: 'ignore' })
})
beforeEach((context) => {
  if (!unboundPath) context.skip('no unbound on this machine')
})

const printed = async () =>
  (await runDnsChecks(readConfig(settings), openDnsResolver('127.0.0.1:1'), { ips: IPS, withinMs: 1 }))
    .records

/** The zone file as it is printed, one line for each record, without its comments. */
const linesOf = (zone: string): string[] =>
  zone
    .replace(/^;.*$/gm, '')
    .replace(/\(\s*([^)]*?)\s*\)/g, (_all, inside: string) => inside.replace(/\s*\n\s*/g, ' '))
    .split('\n')
    .filter(Boolean)

const key = () => publicKeyOf(loadDkimKey(readConfig(settings))!)

/** What is found where these lines are published, by check. */
async function foundWith(lines: string[], changed: Partial<typeof settings> = {}, ips = IPS) {
  const unbound = await startUnbound(lines)
  try {
    const { checks } = await runDnsChecks(
      readConfig({ ...settings, ...changed }),
      openDnsResolver(unbound.server),
      {
        ips,
        withinMs: 10_000,
      },
    )
    return Object.fromEntries(checks.map(({ check, state, found }) => [check, `${state}: ${found}`]))
  } finally {
    await unbound.stop()
  }
}

test('what it prints, once it is published, is found to be right', async () => {
  const unbound = await startUnbound([...linesOf(zoneFile(await printed())), ...OTHERS])
  const args = ['doctor', '--dns', '--resolver', unbound.server, '--ip', ...IPS]
  const { code, stdout, stderr } = await runCli(args, settings)
  const { stdout: json } = await runCli([...args, '--json'], settings)
  await unbound.stop()
  if (process.env.SHOW) process.stderr.write(stdout)
  expect(stderr).toBe('')
  const states = JSON.parse(json).checks.map(
    ({ check, state }: Record<string, string>) => `${check} ${state}`,
  )
  expect(states).toEqual(
    ['SPF', 'DKIM', 'DMARC', 'alignment', 'MX', 'MX', 'site', 'PTR', 'PTR'].map((name) => `${name} ok`),
  )
  expect(code).toBe(0)
  expect(stdout).toContain('papers.example.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 ip6:2001:db8::25 -all"')
  expect(stdout).toContain('25.2.0.192.in-addr.arpa. 3600 IN PTR mail.example.org.')
  for (const text of stdout.matchAll(/"([^"]*)"/g)) expect(text[1]!.length).toBeLessThanOrEqual(255)
}, 60_000)

test('nothing is published', async () => {
  const found = await foundWith(['elsewhere.example. IN A 192.0.2.1'])
  expect(found).toMatchObject({
    SPF: 'wrong: papers.example.org has no SPF record',
    DKIM: 'wrong: nothing at s1._domainkey.papers.example.org',
    DMARC: 'wrong: no DMARC record at _dmarc.papers.example.org, nor above it',
    alignment: 'skipped: no DMARC record to check alignment against',
    site: 'wrong: papers.example.org has no address',
    PTR: 'wrong: 2001:db8::25 has no PTR record',
  })
  expect(found.MX).toMatch(/^wrong: example.org cannot receive email:/)
})

test.each([
  [
    'two SPF records',
    'SPF',
    ['"v=spf1 ip4:192.0.2.25 -all"', '"v=spf1 mx ~all"'],
    /^wrong: .* 2 SPF records/,
  ],
  [
    'another sender',
    'SPF',
    ['"v=spf1 ip4:198.51.100.0/24 -all"'],
    /^wrong: the record does not allow 192.0.2.25, 2001:db8::25 to send/,
  ],
  [
    'a network, a name and an include',
    'SPF',
    ['"v=spf1 a:mail.example.org ip4:192.0.2.0/28 -all"'],
    /^ok: .*\(1 lookup of 10\)/,
  ],
  ['everybody', 'SPF', ['"v=spf1 +all"'], /^wrong: everyone may send/],
  ['no end', 'SPF', ['"v=spf1 a:mail.example.org"'], /^warning: it says nothing about other senders/],
  [
    'a misspelt mechanism',
    'SPF',
    ['"v=spf1 ipv4:192.0.2.25 a:mail.example.org -all"'],
    /^wrong: "ipv4:192.0.2.25" is not a mechanism/,
  ],
  [
    'an include of nothing',
    'SPF',
    ['"v=spf1 a:mail.example.org include:gone.example -all"'],
    /^wrong: gone.example has no SPF record/,
  ],
  [
    'includes within includes',
    'SPF',
    ['"v=spf1 include:many.example a:mail.example.org -all"'],
    /^wrong: too many lookups: receivers ignore the record.*\(12 lookups of 10\)/,
  ],
  ['a redirect', 'SPF', ['"v=spf1 redirect=good.example"'], /^ok/],
])('SPF with %s', async (_what, check, texts, expected) => {
  const many = Array.from({ length: 10 }, (_, n) => `a:h${n}.example`).join(' ')
  const found = await foundWith([
    ...texts.map((text) => `papers.example.org. IN TXT ${text}`),
    `many.example. IN TXT "v=spf1 ${many} -all"`,
    'good.example. IN TXT "v=spf1 a:mail.example.org -all"',
    ...OTHERS,
  ])
  expect(found[check]).toMatch(expected)
})

test.each([
  [
    'another key',
    () => 'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A',
    /^wrong: .* does not match DKIM_KEY_FILE/,
  ],
  ['a key that was withdrawn', () => 'v=DKIM1; k=rsa; p=', /^wrong: .* withdrawn/],
  ['no key', () => 'hello', /^wrong: .* holds no key/],
  ['a trial', () => `v=DKIM1; t=y; p=${key().slice(0, 200)}" "${key().slice(200)}`, /^warning: t=y/],
  [
    'the key in three strings',
    () => `v=DKIM1; p=${key().slice(0, 9)}" "${key().slice(9, 200)}" "${key().slice(200)}`,
    /^ok/,
  ],
])('DKIM with %s', async (_what, text, expected) => {
  const found = await foundWith([`s1._domainkey.papers.example.org. IN TXT "${text()}"`])
  expect(found.DKIM).toMatch(expected)
})

test.each([
  ['p=none', ['_dmarc.papers', 'v=DMARC1; p=none'], {}, /^warning: p=none/, /^ok/],
  ['pct', ['_dmarc.papers', 'v=DMARC1; p=reject; pct=100'], {}, /^warning: pct/, /^ok/],
  [
    'one above, with its own policy for what is below',
    ['_dmarc', 'v=DMARC1; p=reject; sp=quarantine'],
    {},
    /^ok: p=quarantine at _dmarc.example.org/,
    /^ok/,
  ],
  ['no policy', ['_dmarc.papers', 'v=DMARC1; p=maybe'], {}, /^wrong/, /^ok/],
  [
    'a key of another house',
    ['_dmarc.papers', 'v=DMARC1; p=reject'],
    { DKIM_DOMAIN: 'example.net' },
    /^ok/,
    /^warning: only SPF is aligned/,
  ],
  [
    'a key of the house above, where it is strict',
    ['_dmarc', 'v=DMARC1; p=reject; adkim=s'],
    { DKIM_DOMAIN: 'example.org' },
    /^ok/,
    /^warning: only SPF is aligned/,
  ],
  [
    'a key of the house above',
    ['_dmarc', 'v=DMARC1; p=reject'],
    { DKIM_DOMAIN: 'example.org' },
    /^ok/,
    /^ok/,
  ],
] as const)('DMARC with %s', async (_what, [name, text], changed, dmarc, alignment) => {
  const found = await foundWith([`${name}.example.org. IN TXT "${text}"`], changed)
  expect(found.DMARC).toMatch(dmarc)
  expect(found.alignment).toMatch(alignment)
})

test('a reverse record that does not lead back, a domain without mail, and no address to check', async () => {
  const lines = [
    '25.2.0.192.in-addr.arpa. IN PTR dyn-25.provider.example.',
    'dyn-25.provider.example. IN A 192.0.2.99',
    'example.org. IN MX 0 .',
  ]
  const found = await foundWith(lines, {}, ['192.0.2.25'])
  expect(found.PTR).toBe('wrong: 192.0.2.25 is dyn-25.provider.example, which does not resolve back')
  expect(found.MX).toMatch(/^wrong: example.org accepts no email at all \(null MX\)/)
  expect((await foundWith(lines, {}, [])).PTR).toMatch(
    /^skipped: use --ip to say which address emails are sent from/,
  )
})

test('a resolver that is not there, and wrong use', async () => {
  const { code, stdout } = await runCli(['doctor', '--dns', '--resolver', '127.0.0.1:1', '--json'], settings)
  expect(code).toBe(1)
  expect(JSON.parse(stdout).checks[0]).toMatchObject({
    state: 'wrong',
    fix: 'Try another resolver: --resolver 9.9.9.9',
  })
  for (const args of [
    ['--dns', '--resolver', 'dns.example'],
    ['--dns', '--ip', 'here'],
    ['--ip', '192.0.2.1'],
  ])
    expect((await runCli(['doctor', ...args], settings)).code).toBe(2)
}, 60_000)
