import { HtmlValidate } from 'html-validate'
import { beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_STOPS, visitAdmin } from '../../support/admin-walk.ts'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { useAdminWalk } from '../../support/use-admin-walk.ts'

// axe needs scripts, so the browser allows them and ignores the policy of the page, which has none.
const seen = useAdminWalk({ javaScriptEnabled: true, bypassCSP: true })
const standard = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  // Assets are from this site, and a list of problems is above the heading so that it is read first.
  rules: { 'require-sri': 'off', 'heading-level': 'off' },
})

describe.each(ADMIN_STOPS.map(({ name }) => name))('the page %s', (name) => {
  beforeAll(async () => {
    if (!seen.walk) return
    await visitAdmin(seen.walk, seen.page, name)
    await loadAxe(seen.page)
  })

  test.each(LOOKS)('has no finding of axe in the %s look at %i px', async (colorScheme, width, rules) => {
    await seen.page.setViewportSize({ width, height: 800 })
    await seen.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await findings(seen.page, { rules })).toEqual([])
  })

  test('needs no sideways scrolling at 320 px and is valid HTML', async () => {
    await seen.page.setViewportSize({ width: 320, height: 256 })
    expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    const { results } = await standard.validateString(await seen.page.content())
    const problems = results.flatMap(({ messages }) => messages)
    expect(problems.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`)).toEqual([])
    expect(await seen.page.locator('h1').count()).toBe(1)
  })
})
