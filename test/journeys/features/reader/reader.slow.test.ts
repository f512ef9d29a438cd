import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { type Day, midnight } from '../../../../src/core/dates.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { gradeInTurn } from '../../../../src/features/reader/grade-papers.ts'
import { fill, words } from '../../../../src/i18n/words.ts'
import { importPapers } from '../../../../src/papers/import-papers.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { startStandInReader } from '../../../integration/features/reader/stand-in-reader.ts'
import { CARS, CELLS, learnSpace } from '../../../support/learned-space.ts'
import { useSite } from '../../../support/site.ts'
import { useBrowser } from '../../../support/use-browser.ts'

const EMAIL = 'ann@example.com'
const MODEL = 'stand-in:1'
const CAR = 'A car engine'
const AUTOMOBILE = 'Automobile engine'
const CELL = 'Engine of protein cell gene'

const reader = await startStandInReader(({ title }) => (title.startsWith(CELL) ? 9 : 1))
const site = useSite({ READER_URL: reader.url, READER_MODEL: MODEL })
const browser = useBrowser()
afterAll(() => reader.close())

const listPapers = (day: Day, titles: readonly string[]) =>
  importPapers(site.deps, {
    text: JSON.stringify(titles.map((title) => ({ title, summary: `This is about ${title}.` }))),
    day,
  })

/** What a process does on a day before and after eight o’clock, if these papers were listed on it. */
async function runDay(day: Day, titles: readonly string[]): Promise<void> {
  site.clock.moveTo(midnight(day))
  await listPapers(day, titles)
  await site.app.papers.refresh()
  site.clock.moveTo(new Date(`${day}T07:00:00Z`))
  await gradeInTurn(site.deps, { signal: new AbortController().signal })
  site.clock.moveTo(new Date(`${day}T08:05:00Z`))
  await planDigests(site.deps)
}

async function paths(base: string) {
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
  const sign = (purpose: 'digest' | 'manage', of: string) =>
    signLink({ purpose, id: of, epoch, issuedAt: site.clock.now() }, site.deps.config.APP_SECRET[0]!)
  const newest = await site.db.message.findFirstOrThrow({
    where: { kind: 'digest' },
    orderBy: { datedAt: 'desc' },
  })
  return {
    digest: `${base}/digest/${sign('digest', newest.id)}`,
    manage: `${base}/manage/${sign('manage', id)}`,
  }
}

const relatedOn = (page: Page) => page.locator('main').innerText()

test('a subscriber reads what the reader said, turns it off for a topic, and the next digest has none of it', async () => {
  const base = await site.app.listen({ port: 0, host: '127.0.0.1' })
  site.clock.moveTo(new Date('2026-11-23T09:00:00Z'))
  await learnSpace(site.db)
  await listPapers('2026-11-01', CARS)
  await addSubscriber(site.deps, { email: EMAIL, topics: ['car engine'], hour: '8', consent: 'on paper' })

  await runDay('2026-11-24', [CAR, AUTOMOBILE, CELL, ...CELLS])
  const page = await browser.open({ javaScriptEnabled: false })
  const first = await paths(base)
  await page.goto(first.digest)
  const said = fill(words.reason.grade, { by: MODEL, reason: `It is about ${CELL}` })
  expect(await relatedOn(page)).toContain(said)
  expect(await relatedOn(page)).not.toContain(AUTOMOBILE)
  const asked = reader.requests.length
  expect(asked).toBeGreaterThan(0)

  await page.goto(first.manage)
  const box = page
    .getByRole('region', { name: words.reader.manage.heading })
    .getByRole('checkbox', { name: 'Car engine' })
  expect(await box.isChecked()).toBe(true)
  await box.uncheck()
  await page.getByRole('button', { name: words.reader.manage.button }).click()
  expect(await box.isChecked()).toBe(false)

  await runDay('2026-11-25', [
    `${CAR} 2`,
    `${AUTOMOBILE} 2`,
    `${CELL} 2`,
    ...CELLS.map((title) => `${title} 2`),
  ])
  expect(reader.requests.length).toBe(asked)
  await page.goto((await paths(base)).digest)
  expect(await relatedOn(page)).toContain(`${AUTOMOBILE} 2`)
  expect(await relatedOn(page)).not.toContain(MODEL)
}, 60_000)
