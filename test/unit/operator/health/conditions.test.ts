import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { words } from '../../../../src/i18n/words.ts'
import { CONDITIONS, findProblems } from '../../../../src/operator/health/conditions.ts'
import type { HealthFacts } from '../../../../src/operator/health/facts.ts'

const now = new Date('2026-11-24T17:00:00Z')
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000)

const NO_MESSAGES = { ready: 0, taken: 0, deferred: 0, uncertain: 0, oldest: null, nextTry: null }
const WAITING = {
  transactional: { ...NO_MESSAGES, deferred: 3, nextTry: ago(-10) },
  bulk: { ...NO_MESSAGES, ready: 2, nextTry: ago(-12) },
}
type SourceDay = HealthFacts['sources'][number]['days'][number]
const day = (day: string, papers: number, failures = 0, lastFault: string | null = null) =>
  ({ day, papers, failures, lastFault, lastStatus: null, reason: null }) as SourceDay
const source = (changes: Partial<HealthFacts['sources'][number]> = {}) => ({
  source: 'huggingface',
  state: 'fresh' as const,
  reason: null,
  newestFetch: ago(30),
  nextTry: ago(-30),
  days: [day('2026-11-24', 12), day('2026-11-23', 30)],
  ...changes,
})
const incident = (name: string, what: string, detail = '') => ({ name, what, detail, since: ago(11) })

/** A service in which nothing is wrong. */
const WELL: HealthFacts = {
  now,
  config: readConfig({}),
  features: [],
  featureConditions: [],
  incidents: [],
  paused: null,
  liveness: { tick: ago(1), waitsSince: ago(1), waitsSeconds: 50 },
  processes: [
    { name: 'process 1 on a', startedAt: ago(90), secrets: ['new', 'old'] },
    { name: 'process 2 on b', startedAt: ago(80), secrets: ['new', 'old'] },
  ],
  reports: { count: 1, oldest: ago(1) },
  sources: [source()],
  overdueDates: [],
  lanes: { transactional: NO_MESSAGES, bulk: NO_MESSAGES },
}

const FEED = 'rss:https://example.org/feed#Journal'
const feed = (name: string, what: string, detail: string): Partial<HealthFacts> => ({
  config: readConfig({ SOURCES: FEED }),
  sources: [source({ source: FEED })],
  incidents: [incident(`${name} ${FEED}`, what, detail)],
})

/** What makes each condition hold, and its sentences. */
const CASES: [name: string, changes: Partial<HealthFacts>, sentence: string][] = [
  [
    'delivery-held',
    { paused: { value: 'restored', reason: 'restored', at: ago(20) } },
    'Nothing has been planned or sent since 16:40 UTC: this database was restored from a backup.',
  ],
  [
    'complaints',
    {
      incidents: [incident('complaints', 'complaints', '7 complaints in 24 hours for 1,480 emails: 0.47 %')],
      paused: { value: 'paused', reason: '7 complaints', at: ago(11) },
    },
    'Delivery has been paused since 16:49 UTC: 7 complaints in 24 hours for 1,480 emails: 0.47 %.',
  ],
  [
    'delivery-paused',
    { paused: { value: 'paused', reason: 'the relay moves', at: ago(24 * 60) }, lanes: WAITING },
    '5 emails are waiting: delivery has been paused since 23 Nov, 17:00 UTC (the relay moves).',
  ],
  [
    'delivery-off',
    { config: readConfig({ SENDING: 'off' }) },
    'Delivery is off (SENDING=off). No email is waiting.',
  ],
  [
    'mail-server-silent',
    { incidents: [incident('delivery transactional', 'unreachable')], lanes: WAITING },
    '5 emails are waiting: the mail server has not answered since 16:49 UTC. The next try is at 17:10 UTC.',
  ],
  [
    'mail-server-silent',
    { incidents: [incident('delivery transactional', 'unreachable')] },
    'The mail server has not answered since 16:49 UTC. No email is waiting.',
  ],
  [
    'mail-server-silent',
    {
      incidents: [
        incident('delivery bulk', 'unreachable'),
        incident('delivery transactional', 'unreachable'),
      ],
    },
    'The mail server has not answered since 16:49 UTC. No email is waiting.',
  ],
  [
    'mail-server-refuses',
    { incidents: [incident('delivery bulk', 'login-refused', '535 no')], lanes: WAITING },
    '5 emails are waiting: the mail server has refused the login since 16:49 UTC.',
  ],
  [
    'mail-server-refuses',
    { incidents: [incident('delivery bulk', 'tls-refused')] },
    'The mail server has offered no encrypted connection since 16:49 UTC. No email is waiting.',
  ],
  [
    'emails-unanswered',
    { incidents: [incident('unanswered bulk', 'unanswered', '5 emails in a row: hung up')], lanes: WAITING },
    '2 emails are waiting: the mail server has taken digests without a reply since 16:49 UTC, so one email a minute is tried.',
  ],
  [
    'emails-unanswered',
    {
      incidents: [incident('unanswered transactional', 'unanswered', '5 emails in a row: hung up')],
      lanes: { ...WAITING, transactional: NO_MESSAGES },
    },
    'The mail server has taken confirmations and account links without a reply since 16:49 UTC, so one email a minute is tried. No email is waiting.',
  ],
  [
    'emails-refused',
    {
      incidents: [incident('delivery bulk', 'refused-alike', '554 no')],
      paused: { value: 'paused', reason: '10 refusals in a row', at: ago(11) },
    },
    'Delivery stopped at 16:49 UTC and is paused: the mail server refused ten emails in a row.',
  ],
  [
    'domain-held',
    { incidents: [incident('domain lab.example', 'domain-held', '8 % of the last 250 emails')] },
    'Email to lab.example has been on hold since 16:49 UTC: it refused 8 % of the last 250 emails',
  ],
  [
    'schedule-silent',
    { liveness: { ...WELL.liveness, tick: ago(4) } },
    'No process with the role schedule has run since 16:56 UTC: nothing is fetched, planned or sent.',
  ],
  [
    'schedule-silent',
    { liveness: { ...WELL.liveness, tick: null } },
    'No process with the role schedule has run yet: nothing is fetched, planned or sent.',
  ],
  [
    'worker-idle',
    {
      // The queue has a clock of its own. Reports cannot be read without a worker either.
      liveness: { tick: ago(1), waitsSince: new Date('2026-01-01T00:00:00Z'), waitsSeconds: 4 * 60 },
      reports: { count: 3, oldest: ago(20) },
    },
    'No process with the role worker has run since 16:56 UTC: nothing is fetched, planned or sent.',
  ],
  [
    'worker-silent',
    { incidents: [incident('worker', 'silent', 'process 7: 3 pings without a reply')] },
    'A worker has not replied since 16:49 UTC (process 7: 3 pings without a reply). Its process ends by itself after 90 seconds.',
  ],
  [
    'work-failing',
    {
      incidents: [incident('work plan', 'unexpected', 'no space left on device')],
    },
    'Planning digests has failed at every attempt since 16:49 UTC: no space left on device',
  ],
  [
    'work-failing',
    {
      incidents: [incident('work read-reports', 'unexpected', 'out of memory')],
      reports: { count: 3, oldest: ago(20) },
    },
    'Processing bounces and complaints has failed at every attempt since 16:49 UTC: out of memory',
  ],
  [
    'date-not-closed',
    { overdueDates: [{ localDate: '2026-11-23', plans: 2, due: 311, since: ago(40) }] },
    'The digests of 2026-11-23 (311 subscribers) should have been finished by 16:20 UTC and are not.',
  ],
  [
    'reports-unread',
    { reports: { count: 3, oldest: ago(20) } },
    '3 bounces and complaints have been waiting to be read since 16:40 UTC.',
  ],
  [
    'signups-limited',
    { incidents: [incident('signups', 'signups', '600 an hour (SIGNUP_PER_HOUR)')] },
    'Sign-ups have been limited since 16:49 UTC: the site sends 600 an hour (SIGNUP_PER_HOUR).',
  ],
  [
    'secrets-differ',
    {
      processes: [
        { name: 'process 1 on a', startedAt: ago(90), secrets: ['old'] },
        { name: 'process 2 on b', startedAt: ago(11), secrets: ['new', 'old'] },
        { name: 'process 3 on c', startedAt: ago(10), secrets: ['new', 'old'] },
      ],
    },
    'Since 16:49 UTC, process 1 on a does not have the APP_SECRET with which process 2 on b signs links.',
  ],
  [
    'unknown-links',
    { incidents: [incident('unknown-links', 'unknown-links')] },
    'Since 16:49 UTC, five or more requests to unsubscribe within an hour had links that no secret in APP_SECRET signed.',
  ],
  [
    'proxy-untrusted',
    { incidents: [incident('proxy-untrusted', 'proxy-untrusted', 'TRUST_PROXY is empty')] },
    'Requests have come with X-Forwarded-For since 16:49 UTC, and TRUST_PROXY is empty: all visitors share one rate limit.',
  ],
  [
    'source-stopped',
    { incidents: [incident('source huggingface', 'source.too-many', '200')] },
    'Hugging Face has been stopped since 16:49 UTC: it lists more papers a day than one source may have, and the newest ones were not stored.',
  ],
  [
    'source-stopped',
    {
      config: readConfig({ SOURCES: 'openalex:author_name:Osei' }),
      sources: [source({ source: 'openalex:author_name:Osei' })],
      incidents: [
        incident(
          'source openalex:author_name:Osei',
          'source.refused-filter',
          'author_name is not a valid field',
        ),
      ],
    },
    'OpenAlex author_name:Osei has been stopped since 16:49 UTC: its filter is refused: “author_name is not a valid field”.',
  ],
  [
    'source-stopped',
    {
      config: readConfig({ SOURCES: 'openalex:author_name:Osei' }),
      sources: [source({ source: 'openalex:author_name:Osei' })],
      incidents: [incident('source openalex:author_name:Osei', 'source.refused-key', '401')],
    },
    'OpenAlex author_name:Osei has been stopped since 16:49 UTC: the key in OPENALEX_KEY is refused.',
  ],
  [
    'source-stopped',
    feed('source', 'source.gone', '410'),
    'Journal has been stopped since 16:49 UTC: its feed is gone.',
  ],
  [
    'source-stopped',
    feed('source', 'source.not-a-feed', 'text/html'),
    'Journal has been stopped since 16:49 UTC: its address returns something other than a feed: “text/html”.',
  ],
  [
    'source-stopped',
    feed('source', 'source.broken-feed', 'it ends in the middle'),
    'Journal has been stopped since 16:49 UTC: its feed cannot be read: “it ends in the middle”.',
  ],
  [
    'source-stopped',
    feed('source', 'source.large-feed', ''),
    'Journal has been stopped since 16:49 UTC: its feed is larger than 8 MB.',
  ],
  [
    'source-stopped',
    feed('source', 'source.moved-away', 'https://example.org/new'),
    'Journal has been stopped since 16:49 UTC: its feed has moved to an address that is not followed: “https://example.org/new”.',
  ],
  [
    'source-moved',
    feed('moved', 'moved', 'https://example.org/new'),
    'Journal has moved; it is read from its new address: https://example.org/new.',
  ],
  [
    'source-stopped',
    { incidents: [incident('source huggingface', 'source.no-budget', '429')] },
    'Hugging Face has been stopped since 16:49 UTC: the requests that Hugging Face allows in a day are used up.',
  ],
  [
    'source-silent',
    {
      incidents: [incident('source huggingface', 'source.unreachable')],
      sources: [source({ days: [day('2026-11-24', 12, 3, 'source.unreachable')] })],
    },
    'Hugging Face has not answered since 16:49 UTC.',
  ],
  [
    'source-silent',
    {
      incidents: [incident('source huggingface', 'source.unreachable')],
      sources: [source({ nextTry: ago(-4), days: [day('2026-11-24', 12, 1, 'source.unreachable')] })],
    },
    'Hugging Face did not answer at 16:49 UTC; the next try is at 17:04 UTC.',
  ],
  [
    'source-silent',
    {
      incidents: [incident('source huggingface', 'source.failing', '502')],
      sources: [source({ days: [{ ...day('2026-11-24', 12, 2, 'source.failing'), lastStatus: 502 }] })],
    },
    'Hugging Face cannot be read since 16:49 UTC: error response (502).',
  ],
  [
    'source-silent',
    { sources: [source({ newestFetch: ago(24 * 60) })] },
    'Hugging Face has not been fetched since 23 Nov, 17:00 UTC.',
  ],
  [
    'source-empty',
    { sources: [source({ days: [day('2026-11-24', 0), day('2026-11-23', 0), day('2026-11-20', 9)] })] },
    'Hugging Face had no papers on 2026-11-23, a working day; its newest are of 2026-11-20.',
  ],
]

test('no condition holds for a service without faults, nor just before it is late', () => {
  expect(findProblems(WELL)).toEqual([])
  const late = {
    liveness: { tick: ago(3), waitsSince: ago(3), waitsSeconds: 180 },
    reports: { count: 1, oldest: ago(3) },
    sources: [source({ newestFetch: ago(24 * 60 - 1) })],
    // A rotation restarts one process after another.
    processes: [
      { name: 'process 1 on a', startedAt: ago(90), secrets: ['old'] },
      { name: 'process 2 on b', startedAt: ago(4), secrets: ['new', 'old'] },
    ],
  }
  expect(findProblems({ ...WELL, ...late })).toEqual([])
})

test('a service that has just started waits for its first tick', () => {
  const processes = [{ name: 'process 1 on a', startedAt: ago(2), secrets: ['new'] }]
  for (const tick of [null, ago(24 * 60)])
    expect(findProblems({ ...WELL, processes, liveness: { ...WELL.liveness, tick } })).toEqual([])
})

test.each(CASES)('%s holds and no other: %o', (name, changes, sentence) => {
  const problems = findProblems({ ...WELL, ...changes })
  expect(problems.map(({ condition, ...problem }) => [condition.name, problem.sentence])).toEqual([
    [name, sentence],
  ])
  const [{ fix, path, finding } = fail()] = problems
  expect(fix).not.toBe('')
  // `doctor` prints it too.
  expect(fix).not.toMatch(/ doctor\b/)
  expect(path).toMatch(/^(\/admin\/|#)/)
  expect(finding.since <= now).toBe(true)
})

test('a finding keeps its key for as long as it lasts', () => {
  const later = { ...WELL, now: new Date(now.getTime() + 60_000) }
  for (const [name, changes] of CASES) {
    const { finding } = findProblems({ ...WELL, ...changes })[0]!
    const again = findProblems({ ...later, ...changes }).find(({ condition }) => condition.name === name)
    // An alert has a row by its key.
    if (again?.condition.alertAfterMs !== undefined) expect(again.finding.key).toBe(finding.key)
  }
})

test('every condition has a case here', () =>
  expect([...new Set(CASES.map(([name]) => name))]).toEqual(CONDITIONS.map(({ name }) => name)))

test('several findings: the worst first', () => {
  const problems = findProblems({
    ...WELL,
    incidents: [
      incident('source huggingface', 'source.unreachable'),
      incident('work plan', 'unexpected'),
      incident('delivery bulk', 'unreachable'),
    ],
  })
  expect(problems.map(({ condition }) => condition.name)).toEqual([
    'mail-server-silent',
    'work-failing',
    'source-silent',
  ])
})

test('sentences for visitors name no address, host, domain, reply or setting', () => {
  for (const sentence of Object.values(words.status.problems))
    expect(sentence).not.toMatch(/@|\d|_|SMTP|ECONN|\bdomain/)
})

test('docs/alerts.md lists every condition, and when its alert is sent', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/alerts.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\|[^|]+\|[^|]+\| +([^|]+?) +\|/gm)]
  const sent = new Map<number | undefined, string>([
    [undefined, '–'],
    [0, 'at once'],
    [15 * 60_000, 'after 15 minutes'],
    [24 * 3_600_000, '24 hours after the last good fetch'],
  ])
  expect(rows.map(([, name, when]) => [name, when])).toEqual(
    CONDITIONS.map(({ name, alertAfterMs }) => [name, sent.get(alertAfterMs)]),
  )
})

function fail(): never {
  throw new Error('no problem was found')
}
