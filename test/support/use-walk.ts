import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { useDatabase } from './database.ts'
import { openWalk, type Walk } from './site-walk.ts'
import { useBrowser } from './use-browser.ts'

export interface BrowserOnWalk {
  readonly walk: Walk
  /** One window, the same for every test of the file. */
  readonly page: Page
  /** That one, or another in which no script runs. */
  window(scripts: boolean): Page
  /** Another window. */
  open(options?: BrowserContextOptions): Promise<Page>
}

/** The walk's site and one browser for a test file. Without a browser, every test is skipped with the reason. */
export function useWalk(options: BrowserContextOptions = {}): BrowserOnWalk {
  const database = useDatabase()
  let walk: Walk
  // What is named last ends first: a site that closes before its visitors waits for them.
  afterAll(() => walk?.close())
  const browser = useBrowser()
  let page: Page
  let withoutScripts: Page
  beforeAll(async () => {
    if (!browser.isThere) return
    walk = await openWalk(database.url)
    page = await browser.open(options)
    withoutScripts = await browser.open({ ...options, javaScriptEnabled: false })
  })
  return {
    get walk() {
      return walk
    },
    get page() {
      return page
    },
    window: (scripts) => (scripts ? page : withoutScripts),
    open: browser.open,
  }
}
