import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { fill, rateOf, words } from '../../src/i18n/words.ts'
import { mailed } from '../support/mailed-links.ts'
import { changeLine, sentence } from '../support/page-text.ts'
import { NOW } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'
import { addPapers } from '../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const HYBRID = 'A Systematic Analysis of Hybrid Linear Attention'

const seen = useSiteInBrowser()
const { site } = seen

/** A reader of a digest votes on a paper, and goes on to its topic. */
async function fromEmail(javaScriptEnabled: boolean): Promise<Page> {
  const page = await voteFromEmail(javaScriptEnabled)
  await choose(page, words.vote.editTopic)
  return page
}

async function voteFromEmail(javaScriptEnabled: boolean): Promise<Page> {
  const { html } = await mailed(site, 'digest', EMAIL)
  const page = await seen.open({ javaScriptEnabled })
  page.setDefaultTimeout(10_000)
  await page.setContent(html)
  const beside = page.locator('h3', { hasText: HYBRID }).locator('~ .facts').first()
  const link = await beside.getByRole('link', { name: words.vote.names.more }).getAttribute('href')
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
const status = (page: Page) => page.locator('.notice [role=status]').innerText()
const field = (page: Page) => page.locator('#query')
const paces = (page: Page) => page.locator('.paces > div')
const pace = (page: Page, term: string) => paces(page).filter({ hasText: term }).locator('dd').innerText()
const topics = async () => {
  const rows = await site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
  return rows.map(({ name, query: { text } }) => (name === text ? text : `${name}: ${text}`))
}

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('a reader of an email, %s', (_how, scripts) => {
  test('mutes a word from a paper, sees what changes, saves it and undoes it', async () => {
    const page = await fromEmail(scripts)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Attention')
    expect(
      await page
        .getByText(fill(words.reason.matched, { what: 'attention, in the title' }))
        .first()
        .isVisible(),
    ).toBe(true)
    await choose(page, `${words.topicPage.mute.link} Systematic`)
    await expect.poll(() => field(page).inputValue()).toBe('attention -Systematic')
    expect(await pace(page, words.topicPage.now)).toContain(rateOf(5, 30))
    expect(await pace(page, words.topicPage.tried)).toContain(rateOf(4, 30))
    expect(await page.getByText(words.topicPage.paperGoes).isVisible()).toBe(true)
    expect(await topics()).toEqual(['attention', 'rag'])
    await press(page, words.topicPage.save)
    expect(await status(page)).toContain(
      changeLine(words.manage.said.topic, 'attention', 'attention -Systematic'),
    )
    expect(await page.locator(':focus').innerText()).toContain(words.manage.said.saved)
    await press(page, words.manage.said.undo)
    expect(await status(page)).toContain(words.manage.said.undone)
    expect(await topics()).toEqual(['attention', 'rag'])
  })

  test('follows an author as a new topic', async () => {
    const page = await fromEmail(scripts)
    await choose(page, fill(words.topicPage.saveNew, { name: 'Dustin Wang' }))
    await expect.poll(() => field(page).inputValue()).toBe('author:"Dustin Wang"')
    expect(await pace(page, words.topicPage.triedNew)).toContain(rateOf(1, 30))
    await press(page, fill(words.topicPage.saveNew, { name: 'Dustin Wang' }))
    expect(await status(page)).toContain(fill(words.manage.said.added, { name: 'Dustin Wang' }))
    expect(await topics()).toEqual(['attention', 'rag', 'Dustin Wang: author:"Dustin Wang"'])
  })

  test('types another query, previews it by a button, and keeps it after an error', async () => {
    const page = await fromEmail(scripts)
    await field(page).fill('"hybrid linear attention"')
    await press(page, words.topicPage.see)
    await expect
      .poll(() => paces(page).allInnerTexts())
      .toContainEqual(expect.stringContaining(rateOf(1, 30)))
    expect(await page.getByText(words.topicPage.paperStays).isVisible()).toBe(true)
    await field(page).fill('(linear')
    await press(page, words.topicPage.save)
    expect(await page.title()).toMatch(sentence(words.site.errorTitle))
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    expect(await field(page).inputValue()).toBe('(linear')
    expect(await topics()).toEqual(['attention', 'rag'])
  })
})

// The page of a vote loads no script.
describe('a reader of an email', () => {
  test('votes, sees the learned phrases, removes one and undoes the vote', async () => {
    const page = await voteFromEmail(false)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(HYBRID)
    await page.getByRole('checkbox', { name: 'recall' }).uncheck()
    await press(page, words.vote.names.more)
    expect(await status(page)).toMatch(sentence(words.vote.said.more))
    expect(await page.locator('.learned li > span').allInnerTexts()).toEqual(
      expect.arrayContaining(['hybrid models', 'linear attention', 'long contexts']),
    )
    expect(await page.getByText('recall', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: `${words.learned.remove} hybrid models`, exact: true }).click()
    expect(await page.locator('main').innerText()).toContain(words.learned.said.phrase)
    await page.getByRole('button', { name: words.vote.undo, exact: true }).click()
    expect(await status(page)).toMatch(sentence(words.vote.undone))
    expect(await site.db.vote.count()).toBe(0)
    await page.getByRole('link', { name: words.vote.keep, exact: true }).click()
    expect(await page.getByRole('heading', { name: HYBRID }).isVisible()).toBe(true)
  })
})

test('with scripts, the preview follows the input, and the focus stays', async () => {
  const page = await fromEmail(true)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(String(error)))
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) wrong.push(message.text())
  })
  const status = await page.locator('#preview-said').elementHandle()
  await field(page).focus()
  await field(page).press('End')
  await field(page).pressSequentially(' -systematic', { delay: 20 })
  await expect.poll(() => paces(page).allInnerTexts()).toContainEqual(expect.stringContaining(rateOf(4, 30)))
  expect(await status!.innerText()).toContain('attention -systematic')
  expect(await page.locator(':focus').getAttribute('id')).toBe('query')
  await field(page).pressSequentially(' (', { delay: 20 })
  await expect.poll(() => page.locator('#preview').innerText()).toContain(words.preview.noPreview)
  await press(page, words.topicPage.see)
  expect(new URL(page.url()).search).toMatch(/^\?paper=\d+&edit=topic$/)
  expect(await topics()).toEqual(['attention', 'rag'])
  expect(wrong).toEqual([])
})

test('the page of a topic needs no sideways scrolling at 320 px with a long word', async () => {
  const long = 'pneumonoultramicroscopic'.repeat(4)
  const page = await fromEmail(true)
  await field(page).fill(`attention -${long}`)
  await page.getByLabel(words.topicPage.name, { exact: true }).fill(long)
  await press(page, words.topicPage.save)
  await page.setViewportSize({ width: 320, height: 700 })
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(long.slice(1))
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
})
