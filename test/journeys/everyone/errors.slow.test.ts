import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { words } from '../../../src/i18n/words.ts'
import { sentence } from '../../support/page-text.ts'
import { STOPS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

/** It has no error: it warns before it accepts the input. */
const WARNED = 'subscribe-warned'
const FAULTY = STOPS.filter(({ name, status }) => status === 422 && name !== WARNED)
const seen = useWalk()
const ERROR_TITLE = new RegExp(`^${sentence(words.site.errorTitle).source}`)

// A page that loads no script is the same with and without them.
describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('%s', (_how, javaScriptEnabled) => {
  const pages = FAULTY.filter(({ scripted }) => scripted || !javaScriptEnabled)

  let page: Page
  beforeAll(async () => {
    if (seen.walk) page = await seen.open({ javaScriptEnabled })
  })

  describe.each(pages)('the page $name', ({ name, fields = {} }) => {
    beforeAll(async () => void (await seen.walk?.visit(page, name)))

    test('has an error in its title, and begins with the problems, which have the focus', async () => {
      expect(await page.title()).toMatch(ERROR_TITLE)
      expect(await page.locator('[role=alert]:focus h2').innerText()).toBe('There is a problem')
      expect(await page.locator('[role=alert]').count()).toBe(1)
    })

    test('leads from each problem to its field, which has the same sentence', async () => {
      const links = page.locator('[role=alert] a')
      expect(await links.count()).toBeGreaterThan(0)
      for (const link of await links.all()) {
        const problem = await link.innerText()
        await link.focus()
        await page.keyboard.press('Enter')
        const field = page.locator(`${await link.getAttribute('href')}:focus`)
        expect([problem, await field.count()]).toEqual([problem, 1])
        expect(await descriptionOf(page)).toContain(problem)
      }
    })

    test('keeps all input', async () => {
      const typed = Object.entries(fields).filter(([field]) => field !== 'again')
      // The form that was sent, on a page with several.
      const form = fields.do ? `form:has([name="do"][value="${fields.do}"]) ` : ''
      const kept: [string, string][] = []
      for (const [field] of typed) {
        // Buttons of examples have the name of the field that they fill.
        const control = page.locator(`${form}[name="${field}"]:not(button)`).first()
        kept.push([field, await control.inputValue()])
      }
      expect(kept).toEqual(typed)
    })
  })

  test('a warning has the focus, is not an error, and keeps all input', async () => {
    await seen.walk.visit(page, WARNED)
    expect(await page.title()).not.toMatch(ERROR_TITLE)
    const warning = await page.locator('[role=alert]:focus').innerText()
    expect(warning).toContain('“xylophone”')
    expect(warning).toContain(words.subscribe.notYet)
    expect(await page.locator('[role=alert]').count()).toBe(1)
    const { email, topic } = STOPS.find(({ name }) => name === WARNED)!.fields!
    expect(await page.locator('#email').inputValue()).toBe(email)
    expect(await page.locator('textarea[name="topic"]').inputValue()).toBe(topic)
  })
})

/** The text that describes the field with the focus, or its group, to screen readers. */
const descriptionOf = (page: Page): Promise<string> =>
  page.evaluate(`[document.activeElement, document.activeElement.closest('fieldset')]
    .flatMap((one) => (one?.getAttribute('aria-describedby') ?? '').split(' '))
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ')`)
