import type { Page } from 'playwright-core'

/** What the form to sign up would send as topics, one on each line: with scripts, chips and a field are typed into. */
export const typedTopics = (page: Page): Promise<string> =>
  page.locator('textarea[name="topic"]').inputValue()

/** Replaces the topics of the form, chips too. */
export async function typeTopics(page: Page, text: string): Promise<void> {
  const crosses = page.locator('.chip-cross')
  while ((await crosses.count()) > 0) await crosses.first().click()
  await page.locator('#topic').fill(text)
}
