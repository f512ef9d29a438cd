import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Every rule of WCAG 2.2 AA that a program can check, and axe's best practices. */
const EVERY_RULE = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
} as const

/** The rules whose result may change with theme or width: some elements are on phones only, or on desktops only. */
const RULES_BY_LOOK = {
  type: 'rule',
  values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'],
} as const

/** Theme and width of a window, and the rules whose result may differ there. */
export const LOOKS = [
  ['light', 375, EVERY_RULE],
  ['dark', 375, RULES_BY_LOOK],
  ['light', 1280, RULES_BY_LOOK],
  ['dark', 1280, EVERY_RULE],
] as const

/** Makes the page that a window shows ready to be asked. */
export const loadAxe = (page: Page): Promise<void> => page.evaluate(axe.source)

interface AxeOptions {
  rules?: typeof EVERY_RULE | typeof RULES_BY_LOOK
  /** Rules that do not count there. */
  without?: readonly string[]
}

/** What axe finds on a page: "rule: the first element". */
export async function findings(
  page: Page,
  { rules: runOnly = EVERY_RULE, without = [] }: AxeOptions = {},
): Promise<string[]> {
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]))
  const options = JSON.stringify({ runOnly, rules, resultTypes: ['violations'] })
  return page.evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0]?.html))`)
}
