import { beforeAll, describe, expect, test } from 'vitest'
import { findings, LOOKS, loadAxe } from '../../support/axe.ts'
import { STOPS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'

const seen = useWalk()

describe.each(STOPS.map(({ name }) => name))('%s', (name) => {
  beforeAll(async () => {
    if (!seen.walk) return
    await seen.walk.visit(seen.page, name)
    await loadAxe(seen.page)
  })

  test.each(LOOKS)('has no finding, %s, %i px', async (colorScheme, width, rules) => {
    await seen.page.setViewportSize({ width, height: 800 })
    await seen.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await findings(seen.page, rules)).toEqual([])
  })
})
