import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import {
  checkCertificateExpiry,
  combineResults,
  runChecks,
  skipped,
} from '../../../../src/features/doctor/check.ts'
import {
  checkClock,
  checkDatabase,
  checkDisk,
  checkMigrations,
  checkSecrets,
  unreachableDatabase,
} from '../../../../src/features/doctor/database-checks.ts'
import { textOfChecks } from '../../../../src/features/doctor/doctor-command.ts'
import {
  checkDkim,
  checkDkimKey,
  checkSending,
  checkSmtp,
  type SendingState,
} from '../../../../src/features/doctor/mail-checks.ts'
import { checkCertificate, checkSite, probeSite } from '../../../../src/features/doctor/site-checks.ts'
import { checkResponse } from '../../../../src/features/doctor/source-checks.ts'
import { type CheckState, ok, warning, wrong } from '../../../../src/operator/health/feature-check.ts'

const now = new Date('2026-11-24T12:00:00Z')

describe('checkDatabase', () => {
  const facts = {
    version: '18.4',
    major: 18,
    encoding: 'UTF8',
    fsync: true,
    fullPageWrites: true,
    synchronousCommit: 'on',
    readOnly: false,
    bytes: 1_000_000,
    connections: 5,
    mostConnections: 100,
    locksHold: true,
    now,
  }
  test('accepts a database without a fault', () =>
    expect(checkDatabase(facts)).toMatchObject({ state: 'ok', fix: null }))
  test.each([
    [{ major: 14, version: '14.1' }, 'wrong', 'PostgreSQL 15 or newer'],
    [{ encoding: 'SQL_ASCII' }, 'wrong', '--encoding=UTF8'],
    [{ fsync: false }, 'wrong', 'fsync'],
    [{ fullPageWrites: false }, 'wrong', 'full_page_writes'],
    [{ synchronousCommit: 'off' }, 'wrong', 'synchronous_commit'],
    [{ readOnly: true }, 'wrong', 'primary'],
    [{ locksHold: false }, 'wrong', 'pool_mode = session'],
    [{ connections: 95 }, 'warning', 'max_connections'],
  ])('%o: %s', (change, state, fix) => {
    const verdict = checkDatabase({ ...facts, ...change })
    expect(verdict.state).toBe(state)
    expect(verdict.fix).toContain(fix)
  })
  test.each([
    ['getaddrinfo ENOTFOUND db.example', 'cannot be resolved'],
    ['password authentication failed for user "papers"', 'user and password'],
    ['database "papers" does not exist', 'createdb'],
    ['self-signed certificate', 'sslrootcert'],
    ['connect ECONNREFUSED', 'systemctl start postgresql'],
  ])('%s', (what, fix) => expect(unreachableDatabase(new Error(what)).fix).toContain(fix))
  test('names the migrations that are missing', () => {
    expect(checkMigrations([]).state).toBe('ok')
    expect(checkMigrations(['2026_first'])).toMatchObject({
      state: 'wrong',
      fix: 'npm run -s cli -- db migrate',
    })
  })
  test.each([
    [0.2, 'ok'],
    [-7, 'warning'],
    [90, 'wrong'],
  ])('a clock %d s ahead: %s', (seconds, state) => expect(checkClock(seconds).state).toBe(state))
})

describe('site', () => {
  const good = {
    baseUrl: 'https://papers.example.org',
    listensLocally: true,
    status: 200,
    body: '{"status":"live"}',
  }
  const refused = { status: undefined, fault: { code: 'ECONNREFUSED', what: 'refused' } }
  test.each([
    [{}, 'ok', null],
    [refused, 'wrong', 'start the proxy'],
    [{ ...refused, listensLocally: false }, 'wrong', 'Start the service'],
    [{ fault: { code: 'ENOTFOUND', what: 'not found' } }, 'wrong', 'A or AAAA record'],
    [{ status: 301, location: 'https://www.example.org/live' }, 'wrong', 'BASE_URL=https://www.example.org'],
    [{ status: 502 }, 'wrong', 'docs/recipes/nginx.md'],
    [{ body: '<!doctype html>' }, 'wrong', 'HOST and PORT'],
  ])('%o: %s', (change, state, fix) => {
    const verdict = checkSite({ ...good, ...change })
    expect(verdict.state).toBe(state)
    if (fix) expect(verdict.fix).toContain(fix)
  })
  test.each([
    [40, 'ok'],
    [5, 'warning'],
    [-2, 'wrong'],
  ])('a certificate with %d days left: %s', (days, state) =>
    expect(
      checkCertificateExpiry(new Date(now.getTime() + days * 86_400_000 + 1000), now, 'renew').state,
    ).toBe(state),
  )
  test('http is accepted only to try the service', () => {
    const site = { ...good, baseUrl: 'http://localhost:3000' }
    expect(checkCertificate(site, true, now).state).toBe('wrong')
    expect(checkCertificate(site, false, now).state).toBe('skipped')
  })
})

describe('mail', () => {
  const smtp = {
    host: 'relay.example',
    port: 587,
    implicitTls: false,
    connections: 4,
    mails: 100,
    timeoutSeconds: 600,
    tls: 'verify',
  } as const
  const tls = { protocol: 'TLSv1.3', doubt: null, until: null }
  const fault = { bodyWritten: false, status: null, enhanced: null, reply: 'no' }
  test.each([
    [{ tls }, 'ok', null],
    [{}, 'warning', 'tls=off'],
    [{ smtp: { ...smtp, user: 'ann' } }, 'wrong', 'tls=off'],
    [{ smtp: { ...smtp, host: '127.0.0.1' } }, 'ok', null],
    [{ tls: { ...tls, doubt: 'SELF_SIGNED_CERT' } }, 'warning', 'tls=verify'],
    [{ fault: { ...fault, stage: 'connect' } }, 'wrong', 'smtps://'],
    [{ fault: { ...fault, stage: 'tls' } }, 'wrong', 'NODE_EXTRA_CA_CERTS'],
    [{ fault: { ...fault, stage: 'login', status: 535 } }, 'wrong', 'SMTP_USER'],
    [{ fault: { ...fault, stage: 'mail', status: 553 } }, 'wrong', 'MAIL_FROM'],
    [{ fault: { ...fault, stage: 'mail', status: 530 } }, 'wrong', 'SMTP_PASSWORD'],
  ] as const)('%o: %s', (seen, state, fix) => {
    const verdict = checkSmtp('smtp' in seen ? seen.smtp : smtp, { now, ...seen })
    expect(verdict.state).toBe(state)
    if (fix) expect(verdict.fix).toContain(fix)
  })
  const key = {
    DKIM_KEY_FILE: 'k.pem',
    DKIM_SELECTOR: 's1',
    DKIM_DOMAIN: 'example.org',
    MAIL_FROM: 'a@papers.example.org',
  }
  test.each([
    [{}, 'ok', null],
    [{ mode: 0o100640 }, 'warning', 'chmod 600 k.pem'],
    [{ bits: 1024 }, 'warning', '2048'],
    [{ MAIL_FROM: 'a@example.com' }, 'wrong', 'DKIM_DOMAIN'],
    [{ MAIL_FROM: 'a@notexample.org' }, 'wrong', 'DKIM_DOMAIN'],
  ])('dkim %o: %s', (change, state, fix) => {
    const verdict = checkDkimKey({ ...key, ...change }, { bits: 2048, mode: 0o100600, ...change })
    expect(verdict.state).toBe(state)
    if (fix) expect(verdict.fix).toContain(fix)
  })
  test('dkim without a key that can sign', async () => {
    expect(await checkDkim({ ...key, DKIM_KEY_FILE: 'no/key.pem' })).toMatchObject({
      state: 'wrong',
      fix: expect.stringContaining('openssl genrsa'),
    })
  })
})

describe('sending', () => {
  const seen: SendingState = {
    queued: 0,
    rampUpSince: undefined,
    active: 5000,
    hasSent: true,
    now,
  }
  test.each<[Partial<SendingState>, CheckState, string, string | null]>([
    [{}, 'ok', 'nothing is queued', null],
    [{ queued: 3 }, 'ok', '3 messages queued', null],
    [{ hasSent: false, active: 1000 }, 'ok', 'nothing is queued', null],
    [
      { hasSent: false, active: 1001 },
      'warning',
      'no email has been accepted from here yet, and 1,001 subscribers are active',
      'RAMP_UP_SINCE=2026-11-24: 1,000 digests on the first day, doubling every day.',
    ],
    [
      { hasSent: false, rampUpSince: '2026-11-22', active: 4000 },
      'ok',
      'ramp-up since 2026-11-22: 4,000 digests today (UTC), enough for all 4,000 active subscribers',
      null,
    ],
    [
      { rampUpSince: '2026-11-22', active: 20_000 },
      'warning',
      'ramp-up since 2026-11-22: 4,000 digests today (UTC), and 20,000 subscribers are active',
      'the limit is high enough from 2026-11-27',
    ],
    [
      { rampUpSince: '2027-11-24', active: 4 },
      'warning',
      'RAMP_UP_SINCE=2027-11-24 is in the future: until then 1,000 digests a day (UTC)',
      'Set the first day on which the domain sends, or RAMP_UP_SINCE= if it has sent as much before.',
    ],
    [
      { rampUpSince: '2026-11-24', active: 10 ** 8 },
      'warning',
      '1,000 digests today',
      'the limit is high enough from 2026-12-08',
    ],
    [{ rampUpSince: '2026-11-10' }, 'ok', 'ramp-up since 2026-11-10 is over', null],
  ])('%o: %s', (change, state, found, fix) => {
    const verdict = checkSending({ ...seen, ...change })
    expect(verdict).toMatchObject({ state, found: expect.stringContaining(found) })
    if (fix) expect(verdict.fix).toContain(fix)
    else expect(verdict.fix).toBeNull()
  })
})

describe('machine', () => {
  test.each([
    [50, 'ok'],
    [1, 'warning'],
    [0.1, 'wrong'],
  ])('%d GB free: %s', (gigabytes, state) =>
    expect(checkDisk('.data', gigabytes * 1024 ** 3).state).toBe(state),
  )
  const secrets = {
    APP_SECRET: ['jD0vXr3P8mYqLw5tKz1sNb7hGc4fQeUa'],
    SUPPRESSION_KEY: 'Tq9ZpM2xVw6RkY4nBd8HsLc1JgFu3EaW',
  }
  test.each([
    [{}, 'ok'],
    [{ dotEnvMode: 0o100644 }, 'warning'],
    [{ APP_SECRET: ['development-only-secret-of-32-bytes!'] }, 'warning'],
    [{ SUPPRESSION_KEY: secrets.APP_SECRET[0]! }, 'warning'],
    [{ isDifferentKey: true }, 'wrong'],
  ])('secrets %o: %s', (change, state) => {
    const verdict = checkSecrets({ ...secrets, ...change }, { isDifferentKey: false, ...change })
    expect(verdict.state).toBe(state)
    expect(verdict.found).not.toContain(secrets.APP_SECRET[0])
  })
  test.each<[number | string, CheckState]>([
    [200, 'ok'],
    [429, 'warning'],
    [503, 'wrong'],
    ['ENOTFOUND', 'wrong'],
  ])('source %o: %s', (response, state) => expect(checkResponse(response).state).toBe(state))
})

describe('running the checks', () => {
  test('never rejects, never hangs, and skips what cannot be checked', async () => {
    const checks = await runChecks(
      [
        { name: 'hangs', check: () => new Promise(() => {}) },
        { name: 'throws', check: () => Promise.reject(new Error('smtp://ann:p,w;@relay.example said no')) },
        { name: 'setting', settings: ['SMTP_URL'], check: () => ok('') },
        { name: 'tables', needs: 'tables', check: () => ok('') },
        { name: 'good', needs: 'database', check: (found: string) => ok(found) },
      ],
      'all well',
      { invalidSettings: new Set(['SMTP_URL']), unavailable: { tables: 'no tables' }, withinMs: 50 },
    )
    expect(checks.map(({ check, state, found }) => `${check} ${state}: ${found}`)).toEqual([
      'hangs wrong: no answer within 0 s',
      'throws wrong: smtp://relay.example said no',
      'setting skipped: SMTP_URL is wrong: see settings',
      'tables skipped: no tables',
      'good ok: all well',
    ])
  })
})

test('several results in one line: the worst first', () => {
  expect(combineResults('seen', [undefined, warning('b', 'cure b'), wrong('a', 'cure a'), ok('c')])).toEqual({
    state: 'wrong',
    found: 'a; b; seen; c',
    fix: 'cure a cure b',
  })
  expect(combineResults('seen', [undefined])).toEqual(ok('seen'))
})

test('the report has a line per check, its fix below, and a count', () => {
  const checks = [
    { check: 'one', ...ok('good') },
    { check: 'second', ...wrong('bad', 'repair it') },
    { check: 'third', ...skipped('no way') },
  ]
  expect(textOfChecks(checks)).toBe(
    [
      '✓  one     good',
      '✗  second  bad',
      '           fix: repair it',
      '–  third   skipped: no way',
      '',
      '1 ok, 0 warnings, 1 wrong, 1 skipped.',
    ].join('\n'),
  )
})

test('the report fits into the columns of its terminal, which may have none', () => {
  const checks = [{ check: 'one', ...ok('good '.repeat(30).trim()) }]
  const longest = (columns?: number) =>
    Math.max(
      ...stripVTControlCharacters(textOfChecks(checks, columns))
        .split('\n')
        .map((line) => line.length),
    )
  expect([40, 0, undefined, 300].map(longest)).toEqual([37, 97, 97, 97])
})

test('a HOST that cannot be in a URL is a site that does not respond locally', async () => {
  const config = readConfig({ HOST: 'fe80::1%eth0', BASE_URL: 'http://127.0.0.1:1' })
  expect(await probeSite(config, 1000)).toMatchObject({
    fault: { code: 'ECONNREFUSED' },
    listensLocally: false,
  })
})
