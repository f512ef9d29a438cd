import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedMail } from 'mailparser'
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, removeDemo, startDemo } from '../../scripts/demo/demo.ts'
import { words } from '../../src/i18n/words.ts'
import { sharedBrowser } from './browser.ts'
import { errorsOn, sentence } from './page-text.ts'
import { until } from './until.ts'

let browser: Browser | undefined
let demo: Demo
let page: Page

const emailNumber = (count: number): Promise<ParsedMail> =>
  until(`email number ${count}`, async () => (await demo.mailbox.mails())[count - 1], { seconds: 30 })

/** Opens an email on the page of the mailbox; returns the frame of the email. */
async function openEmail(number: number): Promise<FrameLocator> {
  await emailNumber(number)
  await page.goto(`${demo.mailbox.url}/`)
  await page.locator(`a[href="/mails/${number}"]`).click()
  return page.frameLocator('iframe')
}

/** Clicks a link of an email, in this window or in a new one, as its target is. */
const follow = async (link: Locator) => {
  const opened =
    (await link.getAttribute('target')) === '_blank'
      ? page.waitForEvent('popup')
      : page.waitForEvent('framenavigated')
  await link.click()
  const next = await opened
  if ('waitForLoadState' in next && 'context' in next) page = next
  await page.waitForLoadState()
}

const emailField = () => page.locator('main [name=email]').first()
const subscribeButton = () => page.getByRole('button', { name: words.form.subscribe, exact: true }).first()
const heading = () => page.locator('h1').innerText()

/** The main job of the site: a newcomer finds it, and at the end gets a digest a day. */
export function walkAsNewcomer({ scripts }: { scripts: boolean }): void {
  const folder = mkdtempSync(join(tmpdir(), 'journey-'))

  beforeAll(async () => {
    browser = await sharedBrowser()
    if (!browser) return
    demo = await startDemo({ folder, port: 0 })
    page = await (await browser.newContext({ javaScriptEnabled: scripts })).newPage()
    page.setDefaultTimeout(15_000)
  })

  afterAll(async () => {
    if (!browser) return
    // A site that stops waits for its visitors.
    await page.context().close()
    await demo.stop()
    await removeDemo(folder)
  })

  const how = scripts ? 'with scripts' : 'without scripts'
  test(`a newcomer ${how} subscribes, confirms, reads a digest, unsubscribes and resubscribes`, async (context) => {
    if (!browser) context.skip('no browser on this machine')

    await page.goto(demo.site)
    await emailField().fill('not an address')
    await subscribeButton().click()
    expect(errorsOn(await page.content())).toEqual(['email: address.malformed'])
    expect(await emailField().inputValue()).toBe('not an address')

    await emailField().fill('newcomer@reader.example')
    await page.locator('#topic').fill('"linear attention", agents')
    await subscribeButton().click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)

    await follow((await openEmail(1)).locator('a[href*="/confirm/"]').first())
    await page.getByRole('button', { name: words.confirm.begin.button }).click()
    expect(await heading()).toBe(words.confirmed.headings.begun)
    expect(await page.locator('main').innerText()).toMatch(/08:00/)

    const welcome = await emailNumber(2)
    expect(welcome.subject).toMatch(sentence(words.emails.welcome.subject.other))
    expect(await (await openEmail(2)).locator('h3 a').count()).toBeGreaterThan(0)

    await demo.sendDigests()
    const digest = await emailNumber(3)
    expect(digest.subject).toMatch(/linear attention/)
    const mail = await openEmail(3)
    expect(await mail.locator('.hit').count()).toBeGreaterThan(0)
    const title = mail.locator('h3 a').first()
    const name = await title.innerText()
    await follow(title)
    expect(await heading()).toBe(name)

    await follow((await openEmail(3)).locator('a[href*="/unsubscribe/"]').first())
    await page.getByRole('button', { name: words.unsubscribe.stop, exact: true }).click()
    expect(await heading()).toBe(words.unsubscribe.ended.heading)

    await page.getByRole('button', { name: words.unsubscribe.ended.undo }).click()
    expect(await heading()).toBe(words.unsubscribe.back.heading)
    await demo.nextDay()
    const { planned } = await demo.sendDigests()
    expect(planned).toBe(1)
  })
}
