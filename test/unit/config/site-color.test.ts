import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { parseDotEnv } from '../../../src/config/dot-env.ts'
import { contrast } from '../../../src/config/site-color.ts'

const parse = (SITE_COLOR: string) => readConfig({ SITE_COLOR }).SITE_COLOR!
const PAGES = { light: ['#faf8f4', '#f1eee6'], dark: ['#171715', '#22221f'] }

test.each([
  ['#000000', '#ffffff', 21],
  ['#767676', '#ffffff', 4.54],
  ['#ffffff', '#ffffff', 1],
])('%s with %s has a contrast of %f', (one, other, ratio) => {
  expect(contrast(one, other)).toBeCloseTo(ratio, 2)
})

test('every color is readable in light and dark mode, or the proposed color is', () => {
  let refused = 0
  for (let hue = 0; hue < 512; hue++) {
    const color = `#${[hue >> 6, (hue >> 3) & 7, hue & 7].map((part) => (part * 36).toString(16).padStart(2, '0')).join('')}`
    let found: ReturnType<typeof parse>
    try {
      found = parse(color)
    } catch (error) {
      refused++
      const better = /(#[0-9a-f]{6}) would pass/.exec(String(error))![1]!
      found = parse(better)
    }
    for (const theme of ['light', 'dark'] as const)
      for (const page of PAGES[theme]) {
        expect([color, contrast(found[theme], page) >= 4.5]).toEqual([color, true])
        expect([color, contrast(found.bar[theme], page) >= 3]).toEqual([color, true])
      }
    expect(contrast(found.light, '#ffffff')).toBeGreaterThanOrEqual(4.5)
    expect(contrast(found.dark, '#10201d')).toBeGreaterThanOrEqual(4.5)
  }
  expect(refused).toBeGreaterThan(100)
})

test('SITE_COLOR may be without its #', () => {
  expect(parse('12564F').light).toBe('#12564f')
  const env = parseDotEnv('SITE_NAME=Papers # ours\nSITE_COLOR=#12564f\nSITE_FOOTER=# none\n')
  expect(env).toEqual({ SITE_NAME: 'Papers', SITE_COLOR: '#12564f', SITE_FOOTER: '' })
})

test.each(['#12564f', '#7a1f3d', '#003080', '#304000'])('%s does not become grey in dark mode', (color) => {
  const parts = [1, 3, 5].map((at) => Number.parseInt(parse(color).dark.slice(at, at + 2), 16))
  const [low, high] = [Math.min(...parts), Math.max(...parts)]
  expect((high - low) / high).toBeGreaterThan(0.25)
})

test('the backgrounds are equal to those of the style sheet', () => {
  const css = readFileSync(join(import.meta.dirname, '../../../src/web/assets/site.css'), 'utf8')
  expect(css).toContain(`--page: light-dark(${PAGES.light[0]}, ${PAGES.dark[0]});`)
  expect(css).toContain(`--card: light-dark(${PAGES.light[1]}, ${PAGES.dark[1]});`)
  expect(css).toContain('--on-accent: light-dark(#ffffff, #10201d);')
})
