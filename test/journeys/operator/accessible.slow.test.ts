import { HtmlValidate } from 'html-validate'
import { beforeAll, describe, expect, test } from 'vitest'
import { ADMIN_STOPS, visitAdmin } from '../../support/admin-walk.ts'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { useAdminWalk } from '../../support/use-admin-walk.ts'

// Each page without its scripts, asked by axe: which takes scripts, of the browser's own and not of the page.
const seen = useAdminWalk({ javaScriptEnabled: true, bypassCSP: true })
const standard = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:document'],
  // Assets are our own; and a list of problems stands above the heading, so that it is met first.
  rules: { 'require-sri': 'off', 'heading-level': 'off' },
})

describe.each(ADMIN_STOPS.map(({ name }) => name))('%s', (name) => {
  beforeAll(async () => {
    if (!seen.walk) return
    await visitAdmin(seen.walk, seen.page, name)
    await loadAxe(seen.page)
  })

  test.each(LOOKS)('has no finding, %s, %i px', async (colorScheme, width) => {
    await seen.page.setViewportSize({ width, height: 800 })
    await seen.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await findings(seen.page)).toEqual([])
  })

  test('fits 320 px, and is HTML as the standard has it', async () => {
    await seen.page.setViewportSize({ width: 320, height: 256 })
    expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    const { results } = await standard.validateString(await seen.page.content())
    const faults = results.flatMap(({ messages }) => messages)
    expect(faults.map(({ line, ruleId, message }) => `${line} ${ruleId}: ${message}`)).toEqual([])
    expect(await seen.page.locator('h1').count()).toBe(1)
  })
})
