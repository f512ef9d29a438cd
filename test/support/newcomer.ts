import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedMail } from 'mailparser'
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, removeDemo, startDemo } from '../../scripts/demo/demo.ts'
import { sharedBrowser } from './browser.ts'
import { until } from './until.ts'

let browser: Browser | undefined
let demo: Demo
let page: Page

const mailNumber = (count: number): Promise<ParsedMail> =>
  until(`email number ${count}`, async () => (await demo.mailbox.mails())[count - 1], { seconds: 30 })

/** Opens a mail on the page of the mailbox, as a person would; returns the mail inside. */
async function openMail(number: number): Promise<FrameLocator> {
  await mailNumber(number)
  await page.goto(`${demo.mailbox.url}/`)
  await page.locator(`a[href="/mails/${number}"]`).click()
  return page.frameLocator('iframe')
}

/** Clicks a link of a mail, in this window or in a new one as the link says. */
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

const heading = () => page.locator('h1').innerText()

/** The main job of the site: a newcomer finds it, and at the end gets a digest a day. */
export function walkAsNewcomer({ scripts }: { scripts: boolean }): void {
  const folder = mkdtempSync(join(tmpdir(), 'journey-'))

  beforeAll(async () => {
    browser = await sharedBrowser()
    if (!browser) return
    demo = await startDemo({ folder, port: 0 })
    page = await (await browser.newContext({ javaScriptEnabled: scripts })).newPage()
    page.setDefaultTimeout(5_000)
  })

  afterAll(async () => {
    if (!browser) return
    // A site that stops waits for its visitors.
    await page.context().close()
    await demo.stop()
    await removeDemo(folder)
  })

  test('a newcomer subscribes, confirms, reads a digest, leaves, and comes back', async (context) => {
    if (!browser) context.skip('no browser on this machine')

    await page.goto(demo.site)
    await page
      .getByRole('textbox', { name: /^e-?mail/i })
      .first()
      .fill('not an address')
    await page
      .getByRole('button', { name: /subscribe/i })
      .first()
      .click()
    expect(await page.title()).toMatch(/^Error: /)
    expect(
      await page
        .getByRole('textbox', { name: /^e-?mail/i })
        .first()
        .inputValue(),
    ).toBe('not an address')

    await page
      .getByRole('textbox', { name: /^e-?mail/i })
      .first()
      .fill('newcomer@reader.example')
    await page
      .getByRole('textbox', { name: /topics/i })
      .first()
      .fill('"linear attention", agents')
    await page
      .getByRole('button', { name: /subscribe/i })
      .first()
      .click()
    expect(new URL(page.url()).pathname).toMatch(/^\/check-inbox\//)

    await follow((await openMail(1)).locator('a[href*="/confirm/"]').first())
    await page.getByRole('button', { name: 'Confirm subscription' }).click()
    expect(await heading()).toBe('You’re subscribed')
    expect(await page.locator('main').innerText()).toMatch(
      /08:00[\s\S]*A welcome email (with papers from .* )?is on its way/,
    )

    const welcome = await mailNumber(2)
    expect(welcome.subject).toMatch(/^Welcome: \w/)
    expect(await (await openMail(2)).locator('h3 a').count()).toBeGreaterThan(0)

    await demo.sendDigests()
    const digest = await mailNumber(3)
    expect(digest.subject).toMatch(/linear attention/)
    const mail = await openMail(3)
    expect(await mail.locator('mark').count()).toBeGreaterThan(0)
    const title = mail.locator('h3 a').first()
    const name = await title.innerText()
    await follow(title)
    expect(await heading()).toBe(name)

    await follow((await openMail(3)).locator('a[href*="/unsubscribe/"]').first())
    await page.getByRole('button', { name: /unsubscribe/i }).click()
    expect(await page.locator('main').innerText()).toMatch(/won’t get any more digests/)

    await page.getByRole('button', { name: /resubscribe/i }).click()
    expect(await heading()).toBe('You’re subscribed')
    await demo.nextDay()
    const { planned } = await demo.sendDigests()
    expect(planned).toBe(1)
  })
}
