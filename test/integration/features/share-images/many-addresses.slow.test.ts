import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { monotonicMs } from '../../../../src/core/clock.ts'
import { topicImageName } from '../../../../src/features/share-images/topic-address.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { useSite } from '../../../support/site.ts'

const DATA_DIR = mkdtempSync(join(tmpdir(), 'share-images-'))
const site = useSite({ DATA_DIR, TRUST_PROXY: '127.0.0.1' })
let origin = ''
beforeAll(async () => {
  origin = await site.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => rmSync(DATA_DIR, { recursive: true, force: true }))

const IDS = Array.from({ length: 200 }, (_, n) => `2510.${10_000 + n}`)

beforeEach(async () => {
  const records = IDS.map((id, votes) =>
    sampleRecord({ keys: [arxivKey(id)], title: `A paper with the number ${id}`, votes }),
  )
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: site.clock.now() })
})

/** 1,000 addresses a minute. */
const MS_BETWEEN = 60
const SECONDS = 15
const MAX_MS = 300

/** Papers, most of which exist, and topics of this site; some unknown papers, and topics without a signature. */
function addressOf(n: number): string {
  if (n % 5 === 0) return `/og/papers/2401.${10_000 + n}.png`
  if (n % 5 === 1) return `/og/topics/${topicImageName(`topic ${n}`, ['a'.repeat(32)])}.png`
  if (n % 5 === 2) return `/og/topics/${topicImageName(`number ${n}`, site.deps.config.APP_SECRET)}.png`
  return `/og/papers/${IDS[n % IDS.length]}.png?${n}`
}

interface Page {
  status: number
  ms: number
}

/** The time within which this share of the pages came. */
const quantileOf = (share: number, pages: readonly Page[]): number =>
  pages.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(pages.length * share)]!

test('1,000 addresses a minute leave pages below 0.3 s', { timeout: 60_000 }, async () => {
  const get = async (path: string, ip: string): Promise<Page> => {
    const began = monotonicMs()
    const response = await fetch(`${origin}${path}`, { headers: { 'x-forwarded-for': ip } })
    await response.arrayBuffer()
    return { status: response.status, ms: monotonicMs() - began }
  }
  const began = computedMs()
  const pictures: Promise<Page>[] = []
  const frontPages: Page[] = []
  const otherPages: Page[] = []
  const asking = setInterval(() => {
    pictures.push(get(addressOf(pictures.length), `198.51.${pictures.length % 50}.7`))
  }, MS_BETWEEN)
  while (pictures.length < (SECONDS * 1000) / MS_BETWEEN) {
    frontPages.push(await get('/', '203.0.113.9'))
    // The page cache keeps no address with an unknown parameter.
    otherPages.push(await get(`/papers/${IDS[0]}?${otherPages.length}`, '203.0.113.9'))
    await sleep(200)
  }
  clearInterval(asking)
  const statuses = new Set((await Promise.all(pictures)).map(({ status }) => status))
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 404]))
  expect([...statuses].filter((status) => ![200, 404, 503].includes(status))).toEqual([])
  expect(new Set([...frontPages, ...otherPages].map(({ status }) => status))).toEqual(new Set([200]))
  // The machine may stop for a moment, but not often.
  expect(quantileOf(0.9, frontPages)).toBeLessThan(MAX_MS)
  expect(quantileOf(0.5, otherPages)).toBeLessThan(MAX_MS)
  // Of the thread that serves pages, with the client of this test in it.
  expect((computedMs() - began) / SECONDS).toBeLessThan(500)
})
