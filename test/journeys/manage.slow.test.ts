import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { fill, words } from '../../src/i18n/words.ts'
import { signLink } from '../../src/subscribers/links.ts'
import { changeLine, nextEmail, sentence } from '../support/page-text.ts'
import { NOW } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'

const seen = useSiteInBrowser()
const { site } = seen

/** The address of the link in an email, and the id of the topic “rag”. */
async function mailed(): Promise<{ url: string; topicId: number }> {
  await addSubscriber(site.deps, { email: EMAIL, topics: ['linear attention', 'rag'], consent: 'on paper' })
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow()
  const token = signLink({ purpose: 'manage', id, epoch, issuedAt: NOW }, site.deps.config.APP_SECRET[0]!)
  const topic = await site.db.topic.findFirstOrThrow({ where: { name: 'rag' } })
  return { url: `${seen.base}/manage/${token}`, topicId: topic.id }
}

async function open(javaScriptEnabled: boolean, url: string): Promise<Page> {
  const page = await seen.open({ javaScriptEnabled })
  await page.goto(url)
  return page
}

const status = (page: Page) => page.locator('.notice [role=status]').innerText()
const untilDate = (date: string) => fill(words.manage.until, { date })
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const topics = (page: Page) => page.locator('.own-name').allInnerTexts()

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('a subscriber, %s', (_how, scripts) => {
  test('changes a topic, undoes it, moves and removes topics, and adds some', async () => {
    const { url, topicId } = await mailed()
    const page = await open(scripts, url)
    await page.getByRole('link', { name: `${words.manage.topics.edit} Rag`, exact: true }).click()
    expect(page.url()).toBe(`${url}/topics/${topicId}`)
    expect(await page.getByLabel(words.topicPage.query).inputValue()).toBe('rag')
    await page.getByLabel(words.topicPage.query).fill('rag AND')
    await press(page, words.topicPage.save)
    expect(await page.title()).toMatch(sentence(words.site.errorTitle))
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    await page.getByRole('alert').getByRole('link').click()
    expect(await page.locator(':focus').inputValue()).toBe('rag AND')

    await page.getByLabel(words.topicPage.query).fill('retrieval')
    await page.getByLabel(words.topicPage.name, { exact: true }).fill('Finding')
    await press(page, words.topicPage.save)
    expect(await status(page)).toContain(
      fill(words.manage.said.renamedToo, {
        line: changeLine(fill(words.manage.said.topicNamed, { name: 'rag' }), 'rag', 'retrieval'),
        name: 'Finding',
      }),
    )
    expect(await page.locator(':focus').innerText()).toContain(words.manage.said.saved)
    await press(page, words.manage.said.undo)
    expect(await status(page)).toContain(words.manage.said.undone)
    expect(await page.getByLabel(words.topicPage.name, { exact: true }).inputValue()).toBe('')

    await page.getByRole('link', { name: words.topicPage.back }).click()
    await press(page, `${words.topicPage.up} Rag`)
    await expect.poll(() => topics(page)).toEqual(['Rag', 'Linear attention'])
    await press(page, `${words.topicPage.remove} Linear attention`)
    await expect.poll(() => topics(page)).toEqual(['Rag'])
    await page.getByLabel(words.manage.topics.add).fill('vision, speech')
    await press(page, words.manage.topics.addButton)
    await expect.poll(() => topics(page)).toEqual(['Rag', 'Vision', 'Speech'])
  })
})

// The page of all topics loads no script.
describe('a subscriber', () => {
  test('changes the schedule and pauses; a reload and a second window change nothing more', async () => {
    const page = await open(false, (await mailed()).url)
    await page.getByRole('link', { name: words.manage.glance.edit }).click()
    await page.getByLabel(words.form.at, { exact: true }).selectOption('19:00')
    await page.locator('summary', { hasText: words.form.more }).click()
    await page.getByLabel(words.form.otherPaces.own).check()
    await page.getByLabel(words.weekdaysShort.sat).check()
    await press(page, words.manage.settings.save)
    expect(await status(page)).toContain(changeLine(words.form.hour, '08:00', '19:00'))
    expect(await status(page)).toContain(nextEmail(words.manage.when.today, '19:00'))
    await page.reload()
    expect(await status(page)).toContain(changeLine(words.form.hour, '08:00', '19:00'))

    await page.getByRole('link', { name: words.manage.glance.pause }).click()
    await press(page, words.manage.pause.week)
    expect(await status(page)).toContain(
      fill(words.manage.said.paused, { until: untilDate('Tuesday 1 December') }),
    )
    await page.getByRole('link', { name: words.manage.glance.pause }).click()
    await page.getByLabel(words.manage.pause.until).fill('2026-12-24')
    await press(page, words.manage.pause.button)
    expect(await status(page)).toContain(`→ ${untilDate('Thursday 24 December')}`)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await press(page, words.manage.pause.resume)
    expect(await status(page)).toContain(words.manage.said.resumed)
    await press(other, words.manage.pause.resume)
    expect(await status(other)).toContain(words.manage.said.nothing)
    expect(await site.db.change.count()).toBe(4)
  })
})

test('the page needs no sideways scrolling at 320 px', async () => {
  const { url } = await mailed()
  await site.db.topic.updateMany({
    where: { name: 'rag' },
    data: { name: 'pneumonoultramicroscopic'.repeat(4) },
  })
  const page = await open(true, url)
  await page.setViewportSize({ width: 320, height: 700 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
})

test('the page prints topics and the delivery history without forms', async () => {
  const page = await open(true, (await mailed()).url)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('form:visible, input:visible, textarea:visible, summary:visible').count()).toBe(0)
  expect(await page.locator('h1:visible, h2:visible').allInnerTexts()).toEqual([
    words.manage.title,
    words.manage.topics.heading,
    words.receipts.heading,
  ])
  expect(await topics(page)).toEqual(['Linear attention', 'Rag'])
  expect(await page.locator('.headline:visible, .own-name:visible, #receipts:visible').count()).toBe(4)
})
