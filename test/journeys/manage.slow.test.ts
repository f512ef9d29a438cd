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

const said = (page: Page) => page.locator('.notice [role=status]').innerText()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const topics = (page: Page) => page.locator('.own-name').allInnerTexts()

describe.each([
  ['without scripts', false],
  ['with scripts', true],
])('%s', (_how, scripts) => {
  test('to one topic; changed, confirmed, undone, moved, removed; topics added', async () => {
    const { url, topicId } = await mailed()
    const page = await open(scripts, url)
    await page.getByRole('link', { name: 'Edit Rag', exact: true }).click()
    expect(page.url()).toBe(`${url}/topics/${topicId}`)
    expect(await page.getByLabel('Words of the topic').inputValue()).toBe('rag')
    await page.getByLabel('Words of the topic').fill('rag AND')
    await press(page, 'Save topic')
    expect(await page.title()).toMatch(/^Error: /)
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
    await page.getByRole('alert').getByRole('link').click()
    expect(await page.locator(':focus').inputValue()).toBe('rag AND')

    await page.getByLabel('Words of the topic').fill('retrieval')
    await page.getByLabel('Name', { exact: true }).fill('Finding')
    await press(page, 'Save topic')
    expect(await said(page)).toContain('Words of “rag”: rag → retrieval, renamed to “Finding”')
    expect(await page.locator(':focus').innerText()).toContain('Saved')
    await press(page, 'Undo')
    expect(await said(page)).toContain('Undone')
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('')

    await press(page, 'Move up')
    await expect.poll(() => topics(page)).toEqual(['Rag', 'Linear attention'])
    await page.getByRole('link', { name: 'Edit Linear attention', exact: true }).click()
    await press(page, 'Remove topic')
    await expect.poll(() => topics(page)).toEqual(['Rag'])
    await page.getByLabel('Add a topic').fill('vision, speech')
    await press(page, 'Add topic')
    await expect.poll(() => topics(page)).toEqual(['Rag', 'Vision', 'Speech'])
  })

  test('hour and days, a pause and its end; a reload, and the same button in another window, change nothing more', async () => {
    const page = await open(scripts, (await mailed()).url)
    await page.getByRole('link', { name: 'Edit schedule' }).click()
    await page.getByLabel('At', { exact: true }).selectOption('19:00')
    await page.getByLabel('Other days').check()
    await page.getByLabel('Sat').check()
    await press(page, 'Save schedule')
    expect(await said(page)).toContain('Hour: 08:00 → 19:00')
    expect(await said(page)).toContain('Next email today at 19:00')
    await page.reload()
    expect(await said(page)).toContain('Hour: 08:00 → 19:00')

    await page.getByRole('link', { name: 'Pause' }).click()
    await press(page, 'For a week')
    expect(await said(page)).toContain('Paused until Tuesday 1 December')
    await page.getByRole('link', { name: 'Pause' }).click()
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
  const page = await open(true, (await mailed()).url)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('form:visible, input:visible, textarea:visible, summary:visible').count()).toBe(0)
  expect(await page.locator('h1:visible, h2:visible').allInnerTexts()).toEqual([
    'Your digests',
    'Topics',
    'Delivery history',
  ])
  expect(await topics(page)).toEqual(['Linear attention', 'Rag'])
  expect(await page.locator('.headline:visible, .own-name:visible, #receipts:visible').count()).toBe(4)
})
