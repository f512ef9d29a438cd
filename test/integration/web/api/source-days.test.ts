import { expect, test } from 'vitest'
import { recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import { get, NOW, useSite } from '../../../support/site.ts'

const site = useSite()

test('the address of a feed is shown without its query, which may have a token', async () => {
  const source = 'rss:https://example.org/feed?token=secret#Journal'
  await recordSuccessfulFetch(site.db, { source, requests: 1, now: NOW, day: '2026-11-24', papers: 1 })
  const { body } = await get(site, '/api/source-days')
  expect(body).toContain('"rss:https://example.org/feed#Journal"')
  expect(body).not.toContain('secret')
})

test('the days of a source, and the reason for their state', async () => {
  const fetched = { source: 'huggingface', requests: 2, now: NOW }
  await recordSuccessfulFetch(site.db, { ...fetched, day: '2026-11-24', papers: 0, reason: 'repeated' })
  for (const papers of [29, 31])
    await recordSuccessfulFetch(site.db, { ...fetched, day: '2026-11-23', papers, revised: 1 })
  const { statusCode, body } = await get(site, '/api/source-days?days=2')
  expect(statusCode).toBe(200)
  const now = NOW.toISOString()
  const good = { failures: 0, lastStatus: 200, lastFault: null, rejected: [], fetchedAt: now, cameAt: null }
  expect(JSON.parse(body)).toEqual({
    items: [
      {
        source: 'huggingface',
        state: 'stalled',
        reason: 'repeated',
        newestFetch: now,
        nextTry: '2026-11-24T13:00:00.000Z',
        days: [
          {
            ...good,
            day: '2026-11-24',
            state: 'stalled',
            reason: 'repeated',
            papers: 0,
            revised: 0,
            late: 0,
            fetches: 1,
            requests: 2,
            nextTry: '2026-11-24T13:00:00.000Z',
            closedAt: null,
          },
          {
            ...good,
            day: '2026-11-23',
            state: 'fresh',
            reason: null,
            papers: 31,
            revised: 1,
            late: 2,
            fetches: 2,
            requests: 4,
            nextTry: '2026-11-24T18:00:00.000Z',
            closedAt: now,
          },
        ],
      },
    ],
  })
})
