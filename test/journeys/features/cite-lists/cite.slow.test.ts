import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { words } from '../../../../src/i18n/words.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { signLink } from '../../../../src/subscribers/links.ts'
import { sampleRecord } from '../../../support/sample-record.ts'
import { NOW, subscribeThroughSite } from '../../../support/site.ts'
import { useSiteInBrowser } from '../../../support/site-in-browser.ts'
import { addPapers } from '../../../support/site-papers.ts'

const seen = useSiteInBrowser()
const { site } = seen

/** Presses a link to a file: the name that it is saved under, and what is in it. */
async function download(page: Page, link: string): Promise<{ name: string; text: string }> {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: link, exact: true }).click(),
  ])
  return { name: saved.suggestedFilename(), text: await readFile(await saved.path(), 'utf8') }
}

test('a visitor saves the papers of a week, and a reader those of a digest', async () => {
  await addPapers(site.db)
  const page = await seen.open({ javaScriptEnabled: false })
  await page.goto('/papers/week/2026-W48')
  const titles = await page.locator('article.paper :is(h2, h3)').allInnerTexts()
  const week = await download(page, words.paper.citeFormats.bib)
  expect(week.name).toBe('papers-2026-W48.bib')
  expect(week.text.match(/^@misc\{/gm)).toHaveLength(titles.length)

  await subscribeThroughSite(site, 'ann@reader.example', { topic: 'robots', hour: 8, zone: 'UTC' })
  const records = ['Robots walk', 'Robots rest'].map((title) => sampleRecord({ title }))
  await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  await planDigests(site.deps)
  const { id } = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
  const link = { purpose: 'digest' as const, id, epoch: 0, issuedAt: site.clock.now() }
  await page.goto(`/digest/${signLink(link, site.deps.config.APP_SECRET[0]!)}`)
  const digest = await download(page, words.paper.citeFormats.ris)
  expect(digest.name).toBe('digest-2026-11-25.ris')
  expect(digest.text.match(/^N1 {2}- Topic: robots\. Matched: robots, in the title/gm)).toHaveLength(2)
})
