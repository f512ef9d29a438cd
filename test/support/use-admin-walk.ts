import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openAdminWalk } from './admin-walk.ts'
import { useDatabase } from './database.ts'
import type { Walk } from './site-walk.ts'
import { useBrowser } from './use-browser.ts'

/** The operator's pages, and one window in which no script runs. Without a browser, every test is skipped with the reason. */
export function useAdminWalk(options: BrowserContextOptions = {}): {
  readonly walk: Walk
  readonly page: Page
} {
  const database = useDatabase()
  let walk: Walk
  // What is named last ends first: a site that closes before its visitors waits for them.
  afterAll(() => walk?.close())
  const browser = useBrowser()
  let page: Page
  beforeAll(async () => {
    if (!browser.isThere) return
    walk = await openAdminWalk(database.url)
    page = await browser.open({ javaScriptEnabled: false, ...options })
  })
  return {
    get walk() {
      return walk
    },
    get page() {
      return page
    },
  }
}
