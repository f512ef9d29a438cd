import { expect, test } from 'vitest'
import { recordIncident } from '../../../src/core/incident.repo.ts'
import { claimTick } from '../../../src/core/tick.repo.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { pauseDelivery } from '../../../src/operator/delivery-switch.ts'
import { siteStatus } from '../../../src/operator/health/site-status.ts'
import { recordFailedFetch, recordSuccessfulFetch } from '../../../src/sources/source-day.repo.ts'
import { sentence } from '../../support/page-text.ts'
import { get, NOW, textOf, useSite } from '../../support/site.ts'

const site = useSite()
const off = useSite({ SENDING: 'off' })
const SINCE = '24 Nov 2026, 12:00'

const page = async (at = site) => {
  const { statusCode, body } = await get(at, '/status')
  expect(statusCode).toBe(200)
  return body
}

test('the status page shows for each source and day the papers, and when they were fetched', async () => {
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
  const { states, read, next } = words.status
  expect(body).toContain(
    `Mon 23 Nov</time></th><td>${states.fresh}</td><td class="number">31</td><td>24 Nov, 06:30<`,
  )
  expect(body).toContain(`Tue 24 Nov</time></th><td>${states.failed}</td>`)
  expect(body).toContain(fill(read, { at: '24 Nov 2026, 06:30' }))
  expect(body).toContain(fill(next, { at: '24 Nov 2026, 12:05' }))
  expect(body).not.toContain('502')
})

test('the status page shows why a day has no papers', async () => {
  const days: [string, string, Partial<Parameters<typeof recordSuccessfulFetch>[1]>][] = [
    ['2026-11-24', words.status.reasons.repeated, { reason: 'repeated' }],
    ['2026-11-23', words.status.reasons['made-up'], { reason: 'made-up', papers: 4 }],
    ['2026-11-22', words.status.reasons.weekend, {}],
    ['2026-11-20', words.status.states.quiet, {}],
    ['2026-11-19', words.status.states.fresh, { papers: 7 }],
  ]
  for (const [day, , more] of days)
    await recordSuccessfulFetch(site.db, { source: 'huggingface', day, papers: 0, now: NOW, ...more })
  const body = await page()
  for (const [day, state] of days)
    expect(body).toMatch(new RegExp(`datetime="${day}">[^<]*</time></th><td>${state}</td>`))
})

test('the status page shows that a fetch is due within a minute', async () => {
  const now = new Date(NOW.getTime() - 60 * 60_000)
  await recordSuccessfulFetch(site.db, { source: 'huggingface', day: '2026-11-24', papers: 3, now })
  expect(await page()).toContain(words.status.nextSoon)
})

test('the status page lists a source that was never fetched', async () => {
  expect(await page()).toContain(words.status.never)
})

test('the status page shows since when sending is paused, without the reason', async () => {
  await claimTick(site.db, 'minute', NOW)
  expect(await page()).toContain(words.status.sending)
  await pauseDelivery(site.deps, { reason: 'ann@example.com complained' })
  const body = await page()
  expect(body).toContain(fill(words.status.problems.paused, { since: SINCE }))
  expect(body).not.toContain('ann@example.com')
  expect(await page(off)).toContain(words.status.problems.off)
})

test.each([
  ['delivery bulk', 'login-refused'],
  ['unanswered bulk', 'unanswered'],
])('a problem of the mail server (%s: %s) is on the status page', async (name, what) => {
  await claimTick(site.db, 'minute', NOW)
  await recordIncident(site.db, { name, what, detail: '', since: NOW })
  const body = await page()
  expect(body).toContain(fill(words.status.problems.mailServer, { since: SINCE }))
  expect(body).not.toContain(words.status.sending)
})

test('a date that is not complete is late work on the status page', async () => {
  await claimTick(site.db, 'minute', NOW)
  const dueAt = new Date('2026-11-23T08:00:00Z')
  const plan = { zone: 'UTC', hour: 8, days: 'mon', localDate: dueAt, dueAt, maxPaperId: 1 }
  await site.db.plan.create({ data: { ...plan, due: 3 } })
  const body = await page()
  expect(textOf(body)).toMatch(sentence(words.status.problems.late))
})

test('the status page names the newest complete date, also while a later one is open', async () => {
  expect(await page()).toContain(words.status.neverClosed)
  const plan = { zone: 'UTC', hour: 8, days: 'mon', dueAt: NOW, maxPaperId: 0 }
  await site.db.plan.createMany({
    data: [
      { ...plan, localDate: new Date('2026-11-23'), closedAt: NOW },
      { ...plan, localDate: new Date('2026-11-24'), closedAt: NOW },
      { ...plan, localDate: new Date('2026-11-24'), hour: 9 },
    ],
  })
  expect(await page()).toContain(fill(words.status.closed, { day: 'Monday 23 November 2026' }))
})

test('the status page reads no messages', async () => {
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

test('every page links to the status page', async () => {
  expect((await get(site, '/')).body).toContain(`<a href="/status">${words.site.status}</a>`)
  expect(await page()).toContain(`<a href="/status" aria-current="page">${words.site.status}</a>`)
})
