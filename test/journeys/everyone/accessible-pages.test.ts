import { AxeBuilder } from '@axe-core/playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { STOPS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The rules whose answer may change with theme or width: the others see the same page each time. */
const BY_LOOK = ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable']

const seen = useWalk()

describe.each(STOPS.map(({ name }) => name))('%s', (name) => {
  beforeAll(async () => void (await seen.walk?.visit(seen.page, name)))

  test.each([
    ['light', 375, 'all'],
    ['dark', 375, 'by look'],
    ['light', 1280, 'by look'],
    ['dark', 1280, 'all'],
  ] as const)('has no finding, %s, %i px (rules: %s)', async (colorScheme, width, rules) => {
    await seen.page.setViewportSize({ width, height: 800 })
    await seen.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const axe = new AxeBuilder({ page: seen.page }).setLegacyMode()
    const { violations } = await (rules === 'all' ? axe.withTags(WCAG) : axe.withRules(BY_LOOK)).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  })
})
