import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { signLink } from '../../src/subscribers/links.ts'
import { NOW } from '../support/site.ts'
import { useSiteInBrowser } from '../support/site-in-browser.ts'

const EMAIL = 'ann@example.com'

const seen = useSiteInBrowser()
const { site } = seen

/** Where the link in a mail leads, and the id of the topic that it names. */
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

const said = (page: Page) => page.getByRole('status').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** The topic whose form is in sight. */
const opened = (page: Page) => page.locator('details[open]')
const topics = (page: Page) => page.locator('.own-name').allInnerTexts()

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('from an email to one topic; changed, confirmed, undone', async () => {
    const { url, topicId } = await mailed()
    const page = await open(scripts, `${url}?topic=${topicId}#topic-${topicId}`)
    expect(await opened(page).count()).toBe(1)
    expect(await opened(page).getByLabel('Words').inputValue()).toBe('rag')
    await opened(page).getByLabel('Words').fill('rag AND')
    await opened(page).getByRole('button', { name: 'Save' }).click()
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    await page.getByRole('alert').getByRole('link').click()
    expect(await page.locator(':focus').inputValue()).toBe('rag AND')

    await opened(page).getByLabel('Words').fill('retrieval')
    await opened(page).getByLabel('Name', { exact: true }).fill('Search')
    await opened(page).getByRole('button', { name: 'Save' }).click()
    expect(await said(page)).toContain('Words of “rag”: rag → retrieval, renamed to “Search”')
    expect(await page.locator(':focus').innerText()).toContain('Saved')
    await expect.poll(() => topics(page)).toEqual(['linear attention', 'Search'])
    await press(page, 'Undo')
    expect(await said(page)).toContain('Undone')
    await expect.poll(() => topics(page)).toEqual(['linear attention', 'rag'])

    await page.getByText('Edit linear attention', { exact: true }).click()
    await press(page, 'Move down linear attention')
    await expect.poll(() => topics(page)).toEqual(['rag', 'linear attention'])
    await page.getByText('Edit linear attention', { exact: true }).click()
    await press(page, 'Remove linear attention')
    await expect.poll(() => topics(page)).toEqual(['rag'])
    await page.getByLabel('Add topics').fill('vision, speech')
    await press(page, 'Add topics')
    await expect.poll(() => topics(page)).toEqual(['rag', 'vision', 'speech'])
  })

  test('hour and days, a pause and its end; a reload, and the same button in another window, change nothing more', async () => {
    const page = await open(scripts, (await mailed()).url)
    await page.getByLabel('Hour').selectOption('19:00')
    await page.getByLabel('Sat').check()
    await page.getByRole('region', { name: 'Schedule' }).getByRole('button', { name: 'Save' }).click()
    expect(await said(page)).toContain('Hour: 08:00 → 19:00')
    expect(await said(page)).toContain('Next email today at 19:00')
    await page.reload()
    expect(await said(page)).toContain('Hour: 08:00 → 19:00')

    await press(page, 'For a week')
    expect(await said(page)).toContain('Paused until Tuesday 1 December')
    await page.getByLabel('Emails resume on').fill('2026-12-24')
    await press(page, 'Pause until then')
    expect(await said(page)).toContain('→ until Thursday 24 December')
    const other = await page.context().newPage()
    await other.goto(page.url())
    await press(page, 'Resume now')
    expect(await said(page)).toContain('Resumed')
    await press(other, 'Resume now')
    expect(await said(other)).toContain('No change: your settings were already like this')
    expect(await site.db.change.count()).toBe(4)
  })
})

test('the page has no sideways scroll at 320 px', async () => {
  const { url } = await mailed()
  await site.db.topic.updateMany({
    where: { name: 'rag' },
    data: { name: 'pneumonoultramicroscopic'.repeat(4) },
  })
  const page = await open(true, url)
  await page.setViewportSize({ width: 320, height: 700 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
})

test('prints topics, times and receipts; no form, and nothing unfolded that changes one', async () => {
  const { url, topicId } = await mailed()
  const page = await open(true, `${url}?topic=${topicId}#topic-${topicId}`)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('form:visible, input:visible, textarea:visible, summary:visible').count()).toBe(0)
  expect(await page.locator('h1:visible, h2:visible').allInnerTexts()).toEqual([
    'Your digests',
    'Topics',
    'Delivery history',
  ])
  expect(await topics(page)).toEqual(['linear attention', 'rag'])
  expect(await page.locator('.glance-when:visible, .own-name:visible, #receipts:visible').count()).toBe(4)
})
