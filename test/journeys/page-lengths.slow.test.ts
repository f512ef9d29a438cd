import { beforeAll, describe, expect, test } from 'vitest'
import { recordListings } from '../../src/papers/listing.repo.ts'
import { parseDailyPapers } from '../../src/sources/huggingface/parse-daily-papers.ts'
import { recordedDay, recordedDays, recordingsAre } from '../support/recorded-days.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const seen = useSiteInBrowser()
const { site } = seen

/** The newest days, which have all the fields that pages show. */
const DAYS = recordedDays('daily').slice(-16)

/** What a page measures in a window. */
interface Measures {
  page: string
  width: number
  papers: number
  firstTitle: number
  height: number
}

const measured: Measures[] = []

/** Lays a recorded day into an empty site, on which it is today. */
async function layDay(day: string): Promise<void> {
  const now = new Date(`${day}T18:00:00Z`)
  site.clock.moveTo(now)
  const { records } = parseDailyPapers(recordedDay('daily', day))
  await recordListings(site.db, { source: 'huggingface', day, records, now })
}

async function measure(path: string, width: number): Promise<Measures> {
  const page = await seen.open({ viewport: { width, height: width < 600 ? 812 : 900 } })
  await page.goto(path)
  const title = page.locator('article.paper :is(h2, h3)')
  const measures = {
    page: path,
    width,
    papers: await title.count(),
    firstTitle: Math.round((await title.first().boundingBox())!.y),
    height: Number(await page.evaluate('document.documentElement.scrollHeight')),
  }
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  measured.push(measures)
  return measures
}

beforeAll(() => () => {
  console.log(`Page lengths with ${recordingsAre}:`)
  console.table(measured)
})

describe('the page of a real day', () => {
  test.each(DAYS)('%s is up to 6,000 px long on a phone, and no longer on a desktop', async (day) => {
    await layDay(day)
    const phone = await measure(`/papers/date/${day}`, 375)
    expect(phone.height).toBeLessThanOrEqual(6000)
    const desktop = await measure(`/papers/date/${day}`, 1280)
    expect(desktop.height).toBeLessThanOrEqual(Math.max(900, phone.height))
    expect(desktop.papers).toBe(phone.papers)
  })

  test.each([
    [1280, 240],
    [375, 320],
    [320, 365],
  ])('has its first title on the front page of %i px within %i px', async (width, top) => {
    await layDay(DAYS.at(-1)!)
    expect((await measure('/', width)).firstTitle).toBeLessThanOrEqual(top)
  })
})

test('the pages of a real week, month and of trending papers begin with papers', async () => {
  for (const day of DAYS) await layDay(day)
  for (const path of ['/papers/week', '/papers/month', '/papers/trending'])
    for (const width of [1280, 375]) {
      const { firstTitle } = await measure(path, width)
      expect(firstTitle).toBeLessThanOrEqual(width === 375 ? 230 : 200)
    }
})
