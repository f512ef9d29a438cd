import { AxeBuilder } from '@axe-core/playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { STOPS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const seen = useWalk()

describe.each(STOPS.map(({ name }) => name))('%s', (name) => {
  beforeAll(async () => void (await seen.walk?.visit(seen.page, name)))

  test.each([
    ['light', 375],
    ['dark', 375],
    ['light', 1280],
    ['dark', 1280],
  ] as const)('has no finding, %s, %i px', async (colorScheme, width) => {
    await seen.page.setViewportSize({ width, height: 800 })
    await seen.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page: seen.page }).withTags(WCAG).setLegacyMode().analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  })
})
