import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { mailed } from '../support/mailed-links.ts'
import { NOW } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const HYBRID = 'A Systematic Analysis of Hybrid Linear Attention'

const seen = useSiteInBrowser()
const { site } = seen

/** Somebody gets a digest, presses what is beside a paper, and goes on to the topic. */
async function fromMail(javaScriptEnabled: boolean): Promise<Page> {
  const page = await voteFromMail(javaScriptEnabled)
  await choose(page, 'Mute a word, follow an author or edit the topic')
  return page
}

async function voteFromMail(javaScriptEnabled: boolean): Promise<Page> {
  const { html } = await mailed(site, 'digest', EMAIL)
  const page = await seen.open({ javaScriptEnabled })
  page.setDefaultTimeout(10_000)
  await page.setContent(html)
  const beside = page.locator('h3', { hasText: HYBRID }).locator('~ p.facts').first()
  const link = await beside.getByRole('link', { name: 'More like this' }).getAttribute('href')
  const { pathname, search } = new URL(link!)
  await page.goto(pathname + search)
  return page
}

beforeEach(async () => {
  await addPapers(site.db)
  site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
  await addSubscriber(site.deps, { email: EMAIL, topics: ['attention', 'rag'], consent: 'on paper' })
  site.clock.moveTo(NOW)
  await planDigests(site.deps)
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const choose = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
const said = (page: Page) => page.locator('.notice [role=status]').innerText()
const field = (page: Page) => page.getByLabel(/^Words of the/)
const paces = (page: Page) => page.locator('.paces > div')
const pace = (page: Page, term: string) => paces(page).filter({ hasText: term }).locator('dd').innerText()
const topics = async () => {
  const rows = await site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
  return rows.map(({ name, query: { text } }) => (name === text ? text : `${name}: ${text}`))
}

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('from a paper in an email: a word is excluded, previewed, saved, undone', async () => {
    const page = await fromMail(scripts)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Attention')
    expect(await page.getByText('Matched: attention, in the title').first().isVisible()).toBe(true)
    await choose(page, 'Mute Systematic')
    await expect.poll(() => field(page).inputValue()).toBe('attention -Systematic')
    expect(await pace(page, 'Now')).toContain('5 papers in 30 days')
    expect(await pace(page, 'With this change')).toContain('4 papers in 30 days')
    expect(await page.getByText('The paper you came from would no longer match.').isVisible()).toBe(true)
    expect(await topics()).toEqual(['attention', 'rag'])
    await press(page, 'Save topic')
    expect(await said(page)).toContain('Topic: attention → attention -Systematic')
    expect(await page.locator(':focus').innerText()).toContain('Saved')
    await press(page, 'Undo')
    expect(await said(page)).toContain('Undone')
    expect(await topics()).toEqual(['attention', 'rag'])
  })

  test('an author is followed as a topic of its own', async () => {
    const page = await fromMail(scripts)
    await choose(page, 'Follow Dustin Wang')
    await expect.poll(() => field(page).inputValue()).toBe('author:"Dustin Wang"')
    expect(await pace(page, 'New topic')).toContain('1 paper in 30 days')
    await press(page, 'Follow Dustin Wang')
    expect(await said(page)).toContain('Added: Dustin Wang')
    expect(await topics()).toEqual(['attention', 'rag', 'Dustin Wang: author:"Dustin Wang"'])
  })

  test('other words are typed, seen by a button, and refused with a sentence that keeps them', async () => {
    const page = await fromMail(scripts)
    await field(page).fill('"hybrid linear attention"')
    await press(page, 'Preview')
    await paces(page).getByText('1 paper in 30 days').waitFor()
    expect(await page.getByText('The paper you came from still matches.').isVisible()).toBe(true)
    await field(page).fill('(linear')
    await press(page, 'Save topic')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    expect(await field(page).inputValue()).toBe('(linear')
    expect(await topics()).toEqual(['attention', 'rag'])
  })

  test('more like this is one press, shown as phrases, which can be removed, and is undone', async () => {
    const page = await voteFromMail(scripts)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(HYBRID)
    await page.getByRole('checkbox', { name: 'recall' }).uncheck()
    await press(page, 'More like this')
    expect(await said(page)).toMatch(/^Done. More papers like A Systematic /)
    expect(await page.locator('.learned li > span').allInnerTexts()).toEqual(
      expect.arrayContaining(['hybrid models', 'linear attention', 'long contexts']),
    )
    expect(await page.getByText('recall', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Remove hybrid models', exact: true }).click()
    await page.getByText('Removed: that phrase no longer counts').waitFor()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    expect(await said(page)).toMatch(/^Undone. Your vote on /)
    expect(await site.db.vote.count()).toBe(0)
    await page.getByRole('link', { name: 'No change', exact: true }).click()
    expect(await page.getByRole('heading', { name: HYBRID }).isVisible()).toBe(true)
  })
})

test('with scripts, the preview follows the input, and the scroll position stays', async () => {
  const page = await fromMail(true)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) wrong.push(message.text())
  })
  const status = await page.locator('#preview-said').elementHandle()
  await field(page).focus()
  await field(page).press('End')
  await field(page).pressSequentially(' -systematic', { delay: 20 })
  await paces(page).getByText('4 papers in 30 days').waitFor()
  expect(await status!.innerText()).toContain('attention -systematic')
  expect(await page.locator(':focus').getAttribute('id')).toBe('query')
  await field(page).pressSequentially(' (', { delay: 20 })
  await page.locator('#preview').getByText('No preview yet').waitFor()
  await press(page, 'Preview')
  expect(new URL(page.url()).search).toMatch(/^\?paper=\d+&edit=topic$/)
  expect(await topics()).toEqual(['attention', 'rag'])
  expect(wrong).toEqual([])
})

test('has no sideways scroll at 320 px, however long a word is', async () => {
  const long = 'pneumonoultramicroscopic'.repeat(4)
  const page = await fromMail(true)
  await field(page).fill(`attention -${long}`)
  await page.getByLabel('Name', { exact: true }).fill(long)
  await press(page, 'Save topic')
  await page.setViewportSize({ width: 320, height: 700 })
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(long.slice(1))
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
})
