import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { sharedBrowser } from './browser.ts'

const MAX_WAIT_MS = 10_000

export interface UsedBrowser {
  readonly isThere: boolean
  /** A window of its own, with nothing from any other. */
  open(options?: BrowserContextOptions): Promise<Page>
}

/** Windows for a test file, closed at its end. Without a browser, every test says so and is skipped. */
export function useBrowser(): UsedBrowser {
  let browser: Browser | undefined
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    browser = await sharedBrowser()
  })
  afterAll(async () => void (await Promise.all(contexts.splice(0).map((context) => context.close()))))
  beforeEach((context) => {
    if (!browser) context.skip('no browser on this machine')
  })
  return {
    get isThere() {
      return browser !== undefined
    },
    open: async (options) => {
      const context = await browser!.newContext(options)
      contexts.push(context)
      const page = await context.newPage()
      page.setDefaultTimeout(MAX_WAIT_MS)
      return page
    },
  }
}
