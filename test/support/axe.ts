import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Every rule of WCAG 2.2 AA that a program can check, and axe's best practices. */
const EVERY_RULE = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
} as const

/** Each theme and each width once. A theme changes colours and a width the layout: no rule needs all four pairs. */
export const LOOKS = [
  ['light', 375],
  ['dark', 1280],
] as const

/** Makes the page that a window shows ready to be asked. */
export const loadAxe = (page: Page): Promise<void> => page.evaluate(axe.source)

/** What axe finds on a page: "rule: the first element". `without`: rules that do not count there. */
export async function findings(page: Page, without: readonly string[] = []): Promise<string[]> {
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]))
  const options = JSON.stringify({ runOnly: EVERY_RULE, rules, resultTypes: ['violations'] })
  return page.evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0]?.html))`)
}
