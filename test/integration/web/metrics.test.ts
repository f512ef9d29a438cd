import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../../../src/config/config.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openMetrics } from '../../../src/core/metrics.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../src/sources/source-day.repo.ts'
import { buildServer } from '../../../src/web/server.ts'
import { cameBack, leaveReport } from '../../support/returns.ts'
import { NOW, post, subscribeThroughSite, useSite } from '../../support/site.ts'
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'

const PASSWORD = 'a long password of the operator'
const documentOf = (path: string) => readFileSync(resolve(import.meta.dirname, '../../../docs', path), 'utf8')
const DOCS = documentOf('metrics.md')
const DASHBOARD: { panels: { targets?: { expr: string }[] }[] } = JSON.parse(
  documentOf('recipes/grafana.json'),
)

const site = useSite()
let sink: SmtpSink
const apps: FastifyInstance[] = []
beforeAll(async () => {
  sink = await startSmtpSink()
})
afterAll(() => sink.close())
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

/** The site in a process that counts, with everything logged. */
function counting(settings: Record<string, string> = {}, changes: Partial<Config> = {}) {
  const metrics = openMetrics()
  const config = { ...readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}`, ...settings }), ...changes }
  const deps = { ...site.deps, config, metrics, log: metrics.countingLog(silentLog) }
  const app = buildServer(deps)
  apps.push(app)
  return { app, deps }
}

type Asking = { headers?: Record<string, string>; remoteAddress?: string }
const HERE = { host: 'localhost:3000' }
const ask = (app: FastifyInstance, { headers = {}, remoteAddress }: Asking = {}) =>
  app.inject({ url: '/metrics', headers: { ...HERE, ...headers }, remoteAddress })
const basic = (password: string, user = 'prometheus') =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

describe('access to /metrics', () => {
  const FORWARDED: Record<string, string>[] = [
    { 'x-forwarded-for': '203.0.113.9' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '203.0.113.9' },
    { forwarded: 'for=203.0.113.9' },
    { via: '1.1 proxy' },
    { host: 'papers.example.org' },
  ]

  test('is open on this machine without a password', async () => {
    const { app } = counting()
    const answer = await ask(app)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    for (const remoteAddress of ['127.0.0.2', '::1', '::ffff:127.0.0.1'])
      expect((await ask(app, { remoteAddress })).statusCode).toBe(200)
  })

  test.each(FORWARDED)('is closed for a client behind a proxy on this machine: %o', async (headers) => {
    const { app } = counting({ TRUST_PROXY: '127.0.0.1', ADMIN_PASSWORD: PASSWORD })
    const answer = await ask(app, { headers })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Basic/)
    expect(answer.body).not.toContain('daily_papers_')
    const known = await ask(app, { headers: { ...headers, authorization: basic(PASSWORD) } })
    expect(known.statusCode).toBe(200)
  })

  test('is closed from other machines, whatever their headers', async () => {
    const { app } = counting()
    for (const remoteAddress of ['203.0.113.9', '10.0.0.5', '::2'])
      expect((await ask(app, { remoteAddress })).statusCode).toBe(403)
    const trusting = counting({ TRUST_PROXY: '203.0.113.9' })
    const claim = { headers: { 'x-forwarded-for': '127.0.0.1' }, remoteAddress: '203.0.113.9' }
    expect((await ask(trusting.app, claim)).statusCode).toBe(403)
  })

  test('needs the password over https without TRUST_PROXY, since the proxy may send no headers', async () => {
    const settings = { BASE_URL: 'https://papers.example.org', ADMIN_PASSWORD: PASSWORD }
    const { app } = counting(settings)
    expect((await ask(app)).statusCode).toBe(401)
    expect((await ask(app, { headers: { authorization: basic(PASSWORD) } })).statusCode).toBe(200)
    const trusting = counting({ ...settings, TRUST_PROXY: '127.0.0.1' })
    expect((await ask(trusting.app)).statusCode).toBe(200)
  })

  test('is refused with a wrong password, and limited after five from a network', async () => {
    const { app } = counting({ ADMIN_PASSWORD: PASSWORD })
    const from = { remoteAddress: '203.0.113.9' }
    const guess = async (password: string, remoteAddress = from.remoteAddress) =>
      ask(app, { remoteAddress, headers: { authorization: basic(password) } })
    for (let n = 0; n < 30; n++) expect((await guess(PASSWORD)).statusCode).toBe(200)
    for (const wrong of ['', 'x', `${PASSWORD} `, 'a'.repeat(10_000), 'y'])
      expect((await guess(wrong)).statusCode).toBe(401)
    const limited = await guess(PASSWORD)
    expect(limited.statusCode).toBe(429)
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(60)
    expect((await guess(PASSWORD, '198.51.100.1')).statusCode).toBe(200)
    const counted = (await guess(PASSWORD, '198.51.100.1')).body
    expect(counted).toContain('daily_papers_log_events_total{event="admin.refused"} 5\n')
    expect(counted).toContain('daily_papers_log_events_total{event="admin.limited"} 1\n')
  })

  test('after many wrong passwords leaves each other network one try, and accepts the right one', async () => {
    const { app } = counting({ ADMIN_PASSWORD: PASSWORD })
    const guess = async (password: string, remoteAddress: string) =>
      (await ask(app, { remoteAddress, headers: { authorization: basic(password) } })).statusCode
    for (let n = 0; n < 50; n++) expect(await guess('wrong', `10.0.${n}.1`)).toBe(401)
    expect([await guess('wrong', '10.1.0.1'), await guess('wrong', '10.1.0.1')]).toEqual([401, 429])
    for (let n = 0; n < 3; n++) expect(await guess(PASSWORD, '10.2.0.1')).toBe(200)
  })
})

/** Everything that can be measured has happened. */
async function busyDay() {
  const { app, deps } = counting()
  await subscribeThroughSite({ ...site, app, deps }, 'canary.address@example.com', {
    topic: ['canaryquery'],
  })
  await post({ ...site, app }, '/confirm/canarytokencanarytokencanarytokencanarytoken', {})
  const compose = await openComposer(deps)
  sink.at.rcpt = '451 4.0.0 later, canary.address@example.com'
  await deliverReady({ ...deps, compose }, { lane: 'transactional' })
  await subscribeThroughSite({ ...site, app, deps }, 'canary.two@example.com')
  const today = { source: 'huggingface', day: '2026-11-24', papers: 3, requests: 2, now: NOW }
  await recordSuccessfulFetch(site.db, today)
  for (const papers of [20, 25])
    for (const day of ['2026-11-12', '2026-11-10'])
      await recordSuccessfulFetch(site.db, { ...today, day, papers })
  await site.db.tick.create({ data: { name: 'minute', slot: NOW } })
  await site.db.$executeRaw`insert into alert (kind, key, at, values, next_try)
    values ('source-stalled', 'x', ${NOW}, '{}', ${NOW})`
  // Bounces of eleven domains from two subscribers, and of one domain from a single subscriber.
  const [one, two] = await site.db.subscriber.findMany()
  for (let n = 0; n < 11; n++)
    for (const { id: subscriberId } of [one!, two!])
      await cameBack(site.db, NOW, { domain: `big${n}.test`, subscriberId })
  for (let n = 0; n < 3; n++) await cameBack(site.db, NOW, { domain: 'canary.test', subscriberId: one!.id })
  await cameBack(site.db, NOW, { domain: null, class: 'complaint' })
  await cameBack(site.db, new Date(NOW.getTime() - 86_400_000), { domain: 'canary.old' })
  await leaveReport(site.db, NOW)
  deps.log.info('report.read', { report: 1, channel: 'lmtp', class: 'dead', effect: 'suppressed' })
  await deps.queue.nudge('plan')
  await site.db.$executeRaw`insert into batch (lane, owner, lease_until, not_before)
    values ('bulk', 'w', now() + interval '1 hour', ${NOW})`
  return (await ask(app)).body
}

interface Family {
  help?: string
  type?: string
  samples: string[]
}

/** Reads the text format strictly enough to find what a linter would. */
function familiesIn(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const family = (name: string) => families.get(name) ?? families.set(name, { samples: [] }).get(name)!
  for (const line of text.split('\n').filter(Boolean)) {
    const [, word, name = '', rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (word === 'HELP') family(name).help = rest
    else if (word === 'TYPE') family(name).type = rest
    else {
      const sample = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line)
      if (!sample || Number.isNaN(Number(sample[3]!.replace('+Inf', '1').replace('Nan', '0'))))
        throw new Error(`no sample: ${line}`)
      const base = sample[1]!.replace(/_(bucket|sum|count)$/, '')
      family(families.has(base) ? base : sample[1]!).samples.push(line)
    }
  }
  return families
}

describe('the metrics', () => {
  let text: string
  let families: Map<string, Family>

  test('pass a linter', async () => {
    text = await busyDay()
    families = familiesIn(text)
    expect(families.size).toBeGreaterThan(30)
    for (const [name, { help, type, samples }] of families) {
      expect.soft(help, `${name} has HELP`).toMatch(/\w/)
      expect.soft(type, `${name} has TYPE`).toMatch(/^(counter|gauge|histogram|summary)$/)
      if (!name.startsWith('daily_papers_')) continue // the library names its own
      if (type === 'counter') expect.soft(name).toMatch(/_total$/)
      else expect.soft(name).not.toMatch(/_total$/)
      expect.soft(name).toMatch(/^[a-z][a-z0-9_]*$/)
      expect.soft(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|percent)(_|$)/)
      expect
        .soft(new Set(samples.map((line) => line.slice(0, line.lastIndexOf(' ')))).size)
        .toBe(samples.length)
    }
  })

  test('have the numbers of the database', () => {
    for (const line of [
      'daily_papers_database_up 1',
      'daily_papers_subscribers{state="active"} 2',
      'daily_papers_subscribers{state="suppressed"} 0',
      'daily_papers_topics 1',
      'daily_papers_delivery_paused 0',
      'daily_papers_sending_enabled 1',
      'daily_papers_alerts{kind="source-stalled"} 1',
      'daily_papers_alerts_unsent 1',
      'daily_papers_day_bounces{class="dead",domain="big8.test"} 2',
      'daily_papers_day_bounces{class="dead",domain="other"} 5',
      'daily_papers_day_bounces{class="complaint",domain="other"} 1',
      'daily_papers_waiting_reports 1',
      'daily_papers_bounces_total{channel="lmtp",class="dead"} 1',
      'daily_papers_source_day_papers{source="huggingface"} 3',
      'daily_papers_source_day_requests{source="huggingface"} 2',
      'daily_papers_source_late_papers{source="huggingface"} 5', // an older day is not one of them
      'daily_papers_source_day_state{source="huggingface",state="fresh"} 1',
      `daily_papers_last_tick_timestamp_seconds ${NOW.getTime() / 1000}`,
      `daily_papers_source_last_fetch_timestamp_seconds{source="huggingface"} ${NOW.getTime() / 1000}`,
      'daily_papers_mails_total{lane="transactional",outcome="deferred"} 2',
      'daily_papers_open_messages{lane="transactional",kind="confirmation",state="deferred"} 1',
      `daily_papers_oldest_ready_message_timestamp_seconds{lane="transactional"} ${NOW.getTime() / 1000}`,
      'daily_papers_log_events_total{event="subscriber.confirmed"} 2',
    ])
      expect.soft(text).toContain(`${line}\n`)
    expect(text).toMatch(/^daily_papers_smtp_reply_seconds_count\{lane="transactional"\} \d/m)
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="POST",route="\/confirm\/:token",status="303"\} 2/,
    )
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
    expect(text).toMatch(/^process_resident_memory_bytes /m)
  })

  test('contain no address and no query', () => {
    expect(text).not.toMatch(/canary|@|example\.com|127\.0\.0\.1/)
  })

  test('are those in the table of docs/metrics.md', () => {
    const ours = [...families.keys()].filter((name) => name.startsWith('daily_papers_'))
    const listed = [...DOCS.matchAll(/^\| `(daily_papers_\w+)`/gm)].map(([, name]) => name!)
    expect(listed.toSorted()).toEqual(ours.toSorted())
    for (const name of ours) {
      const labels = new Set(
        families
          .get(name)!
          .samples.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, label]) => label!)),
      )
      labels.delete('le')
      const row = new RegExp(`^\\| \`${name}\`.*$`, 'm').exec(DOCS)![0]
      const named = [...row.split('|')[3]!.matchAll(/`(\w+)`/g)].map(([, label]) => label!)
      expect.soft([...labels].toSorted(), name).toEqual(named.toSorted())
      expect.soft(row.split('|')[2]!.trim(), name).toBe(families.get(name)!.type)
    }
  })

  test.each([
    ['the rules of docs/metrics.md', [...DOCS.matchAll(/^\s+expr: (.*)$/gm)].map(([, expr]) => expr!)],
    ['the dashboard', DASHBOARD.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))],
  ])('include those in %s', (_, rules) => {
    expect(rules.length).toBeGreaterThan(5)
    const names = new Set(
      [...families].flatMap(([name, { type }]) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
      ),
    )
    for (const rule of rules) {
      const used = [...rule.matchAll(/\b(?:daily_papers|process|nodejs)_\w+/g)].map(([name]) => name)
      expect.soft(used, rule).not.toEqual([])
      for (const name of used) expect.soft(names, `${rule} asks for`).toContain(name)
    }
  })
})

test('metrics of the database are the same in another process', async () => {
  const two = [counting(), counting()]
  await recordFailedFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    now: NOW,
    fault: 'source.unavailable',
  })
  const [one, other] = await Promise.all(two.map(async ({ app }) => (await ask(app)).body))
  const gauges = (text: string) =>
    text.split('\n').filter((line) => /^daily_papers_(subscribers|source|open|alerts|delivery)/.test(line))
  expect(gauges(one!).length).toBeGreaterThan(5)
  expect(gauges(other!)).toEqual(gauges(one!))
})

test('parallel requests for metrics query the database once in ten seconds', async () => {
  const { app } = counting()
  await Promise.all([ask(app), ask(app)])
  await site.db.tick.create({ data: { name: 'minute', slot: NOW } })
  expect((await ask(app)).body).not.toContain('daily_papers_last_tick_timestamp_seconds ')
})

test('metrics without a database have the counts of the process, and that the database is down', async () => {
  const nowhere = openDatabase('postgresql://postgres@127.0.0.1:1/none', silentLog)
  const { deps } = counting()
  const app = buildServer({ ...deps, db: nowhere.db })
  apps.push(app)
  const { statusCode, body } = await ask(app)
  expect(statusCode).toBe(200)
  expect(body).toContain('daily_papers_database_up 0\n')
  expect(body).not.toContain('daily_papers_subscribers')
  expect(body).toContain('process_cpu_seconds_total')
  await nowhere.close()
})
