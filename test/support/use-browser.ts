import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from './browser.ts'

const MAX_WAIT_MS = 10_000

export interface UsedBrowser {
  readonly isThere: boolean
  /** A window of its own, with nothing from any other. */
  open(options?: BrowserContextOptions): Promise<Page>
}

/** One browser for a test file. Where there is none, every test says so and is skipped. */
export function useBrowser(): UsedBrowser {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach((context) => {
    if (!browser) context.skip('no browser on this machine')
  })
  return {
    get isThere() {
      return browser !== undefined
    },
    open: async (options) => {
      const page = await (await browser!.newContext(options)).newPage()
      page.setDefaultTimeout(MAX_WAIT_MS)
      return page
    },
  }
}
