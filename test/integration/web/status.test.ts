import { expect, test } from 'vitest'
import { recordIncident } from '../../../src/core/incident.repo.ts'
import { claimTick } from '../../../src/core/tick.repo.ts'
import { pauseDelivery } from '../../../src/operator/delivery-switch.ts'
import { siteStatus } from '../../../src/operator/health/site-status.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../src/sources/source-day.repo.ts'
import { get, NOW, useSite } from '../../support/site.ts'

const site = useSite()
const off = useSite({ SENDING: 'off' })

const page = async (at = site) => {
  const { statusCode, body } = await get(at, '/status')
  expect(statusCode).toBe(200)
  return body
}

test('says of each source and day what came, and when', async () => {
  await recordSuccessfulFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-23',
    papers: 31,
    now: new Date('2026-11-24T06:30:00Z'),
  })
  await recordFailedFetch(site.db, {
    source: 'huggingface',
    day: '2026-11-24',
    now: NOW,
    fault: 'source.failing',
    status: 502,
  })
  const body = await page()
  expect(body).toMatch(
    /Mon 23 Nov<\/time><\/th><td>available<\/td><td class="number">31<\/td><td>24 Nov, 06:30</,
  )
  expect(body).toMatch(/Tue 24 Nov<\/time><\/th><td>could not be fetched; we’ll try again<\/td>/)
  expect(body).toContain('Last checked: 24 Nov 2026, 06:30 UTC. Next check: 24 Nov 2026, 12:05 UTC.')
  expect(body).not.toContain('502')
})

test('explains the state of each day in calm words', async () => {
  const days: [string, string, Partial<Parameters<typeof recordSuccessfulFetch>[1]>][] = [
    ['2026-11-24', 'the list of an earlier day', { reason: 'repeated' }],
    ['2026-11-23', 'available, from an archive', { reason: 'made-up', papers: 4 }],
    ['2026-11-22', 'weekend', {}],
    ['2026-11-20', 'no papers that day', {}],
    ['2026-11-19', 'available', { papers: 7 }],
  ]
  for (const [day, , more] of days)
    await recordSuccessfulFetch(site.db, { source: 'huggingface', day, papers: 0, now: NOW, ...more })
  const body = await page()
  for (const [day, said] of days)
    expect(body).toMatch(new RegExp(`datetime="${day}">[^<]*</time></th><td>${said}</td>`))
})

test('a try that is due comes within a minute', async () => {
  const now = new Date(NOW.getTime() - 60 * 60_000)
  await recordSuccessfulFetch(site.db, { source: 'huggingface', day: '2026-11-24', papers: 3, now })
  expect(await page()).toContain('Next check: within a minute.')
})

test('a source that was never asked is there, with no day', async () => {
  expect(await page()).toContain('Not checked yet.')
})

test('whether digests go out: since when they do not, and not why', async () => {
  await claimTick(site.db, 'minute', NOW)
  expect(await page()).toContain('Digests are being sent.')
  await pauseDelivery(site.deps, { reason: 'ann@example.com complained' })
  const body = await page()
  expect(body).toContain('Sending has been paused since 24 Nov 2026, 12:00 UTC.')
  expect(body).not.toContain('ann@example.com')
  expect(await page(off)).toContain('Sending is off on this site.')
})

test.each([
  ['delivery bulk', 'login-refused'],
  ['unanswered bulk', 'unanswered'],
])('a mail server that answers (%s: %s) is not said to be silent', async (name, what) => {
  await claimTick(site.db, 'minute', NOW)
  await recordIncident(site.db, { name, what, detail: '', since: NOW })
  const body = await page()
  expect(body).toContain('since 24 Nov 2026, 12:00 UTC')
  expect(body).not.toContain('Digests are being sent.')
  expect(body).not.toContain('has not answered')
})

test('a date that is still open says that work is late, not that a part does not work', async () => {
  await claimTick(site.db, 'minute', NOW)
  const dueAt = new Date('2026-11-23T08:00:00Z')
  const plan = { zone: 'UTC', hour: 8, days: 'mon', localDate: dueAt, dueAt, maxPaperId: 1 }
  await site.db.plan.create({ data: { ...plan, due: 3 } })
  const body = await page()
  expect(body).toContain('Some digests may be late')
  expect(body).not.toContain('not been working')
})

test('the newest date that is closed, also while a later one is open', async () => {
  expect(await page()).toContain('No day’s digests all have a final result yet.')
  const plan = { zone: 'UTC', hour: 8, days: 'mon', dueAt: NOW, maxPaperId: 0 }
  await site.db.plan.createMany({
    data: [
      { ...plan, localDate: new Date('2026-11-23'), closedAt: NOW },
      { ...plan, localDate: new Date('2026-11-24'), closedAt: NOW },
      { ...plan, localDate: new Date('2026-11-24'), hour: 9 },
    ],
  })
  expect(await page()).toContain('All digests up to Monday 23 November 2026 have a final result.')
})

test('a stranger has no message counted', async () => {
  const asked: string[] = []
  const db = site.db.$extends({
    query: {
      $allOperations({ model, operation, args, query }) {
        asked.push(`${model ?? ''} ${operation} ${JSON.stringify(args)}`.toLowerCase())
        return query(args)
      },
    },
  }) as unknown as typeof site.deps.db
  await siteStatus({ ...site.deps, db })
  expect(asked.length).toBeGreaterThan(2)
  expect(asked.filter((one) => /^message |from message/.test(one))).toEqual([])
})

test('every page leads there', async () => {
  expect((await get(site, '/')).body).toContain('<a href="/status">Status</a>')
  expect(await page()).toContain('<a href="/status" aria-current="page">Status</a>')
})
