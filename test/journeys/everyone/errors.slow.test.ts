import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { STOPS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

/** Nothing on it is wrong: it warns before it takes what was typed. */
const WARNED = 'subscribe-warned'
const FAULTY = STOPS.filter(({ name, status }) => status === 422 && name !== WARNED)
const seen = useWalk()

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  let page: Page
  beforeAll(async () => {
    if (seen.walk) page = await seen.open({ javaScriptEnabled })
  })

  describe.each(FAULTY)('$name', ({ name, fields = {} }) => {
    beforeAll(async () => void (await seen.walk?.visit(page, name)))

    test('says so in its title, and begins with the problems, which have the focus', async () => {
      expect(await page.title()).toMatch(/^Error: /)
      expect(await page.locator('[role=alert]:focus h2').innerText()).toBe('There is a problem')
      expect(await page.locator('[role=alert]').count()).toBe(1)
    })

    test('leads from each problem to its field, where the same words stand', async () => {
      const links = page.locator('[role=alert] a')
      expect(await links.count()).toBeGreaterThan(0)
      for (const link of await links.all()) {
        const sentence = await link.innerText()
        await link.focus()
        await page.keyboard.press('Enter')
        const field = page.locator(`${await link.getAttribute('href')}:focus`)
        expect([sentence, await field.count()]).toEqual([sentence, 1])
        expect(await saidAt(page)).toContain(sentence)
      }
    })

    test('keeps everything that was typed', async () => {
      const typed = Object.entries(fields).filter(([field]) => field !== 'again')
      // Of a page with several forms, the one that was sent.
      const form = fields.do ? `form:has([name="do"][value="${fields.do}"]) ` : ''
      for (const [field, value] of typed) {
        const stands = await page.locator(`${form}[name="${field}"]`).first().inputValue()
        expect([field, stands]).toEqual([field, value])
      }
    })
  })

  test('a warning has the focus and is not called an error; everything that was typed is kept', async () => {
    await seen.walk.visit(page, WARNED)
    expect(await page.title()).toMatch(/^Subscribe/)
    expect(await page.locator('[role=alert]:focus').innerText()).toBe(
      'No paper in the last 30 days mentions “xylophone”. Keep the topic and we’ll write when the first paper for it appears.\n\nYou’re not subscribed yet. Change your topics, or press Subscribe to keep them.',
    )
    expect(await page.locator('[role=alert]').count()).toBe(1)
    const { email, topic } = STOPS.find(({ name }) => name === WARNED)!.fields!
    expect(await page.locator('#email').inputValue()).toBe(email)
    expect(await page.locator('#topic').inputValue()).toBe(topic)
  })
})

/** What is read out with the field that has the focus, or with its group. */
const saidAt = (page: Page): Promise<string> =>
  page.evaluate(`[document.activeElement, document.activeElement.closest('fieldset')]
    .flatMap((one) => (one?.getAttribute('aria-describedby') ?? '').split(' '))
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ')`)
