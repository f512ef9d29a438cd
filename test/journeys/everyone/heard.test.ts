import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { BOTH_WAYS, SHORTEN_LISTS } from '../../support/site-walk.ts'
import { useWalk } from '../../support/use-walk.ts'
import { MAIL_NAMES, renderMails } from '../../support/walk-mails.ts'

// What a screen reader reads out, as files to be read. After a change that is meant to be heard:
// npm test -- test/journeys/everyone/heard.test.ts -u

const FOLDER = resolve(import.meta.dirname, '../../fixtures/accessibility')
const seen = useWalk()
const mails = await renderMails()

async function heard(page: Page): Promise<string> {
  await page.evaluate(SHORTEN_LISTS)
  const tree = await page.locator('body').ariaSnapshot()
  return `# ${await page.title()}\n${masked(tree)}\n`
}

/** What is another one each time: tokens of links, references of faults, the path of the assets. */
const masked = (tree: string): string =>
  tree.replace(/[\w-]{38,}/g, 'TOKEN').replace(/(- code: ).*/g, '$1REFERENCE')

describe('what is heard', () => {
  test.each(BOTH_WAYS)('of the page $title', async ({ stop, scripts, title }) => {
    await seen.walk.visit(seen.window(scripts), stop)
    await expect(await heard(seen.window(scripts))).toMatchFileSnapshot(`${FOLDER}/pages/${title}.yaml`)
  })

  test.each(MAIL_NAMES)('of the mail %s', async (name) => {
    const { html } = mails.get(name)!
    if (!html) return
    // The policy of the page before would take the mail's own style away, and show what the style hides.
    await seen.page.goto('about:blank')
    await seen.page.setContent(html)
    await expect(await heard(seen.page)).toMatchFileSnapshot(`${FOLDER}/mails/${name}.yaml`)
  })

  test('is kept of nothing that is gone', () => {
    const kept = (folder: string) =>
      readdirSync(`${FOLDER}/${folder}`).map((file) => file.replace('.yaml', ''))
    expect(kept('pages').sort()).toEqual(BOTH_WAYS.map(({ title }) => title).sort())
    expect(kept('mails').filter((name) => !MAIL_NAMES.includes(name))).toEqual([])
  })
})
