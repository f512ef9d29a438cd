import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { launchBrowser } from './browser.ts'
import { useDatabase } from './database.ts'
import { openWalk, type Walk } from './site-walk.ts'

export interface BrowserOnWalk {
  readonly walk: Walk
  /** One window, the same for every test of the file. */
  readonly page: Page
  /** Another window. */
  open(options: BrowserContextOptions): Promise<Page>
}

/** The walk's site and one browser for a test file. Where there is no browser, every test says so and is skipped. */
export function useWalk(options: BrowserContextOptions = {}): BrowserOnWalk {
  const database = useDatabase()
  let browser: Browser | undefined
  let walk: Walk
  let page: Page
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const opened = await (await browser!.newContext(options)).newPage()
    opened.setDefaultTimeout(5_000)
    return opened
  }
  beforeAll(async () => {
    browser = await launchBrowser()
    if (!browser) return
    walk = await openWalk(database.url)
    page = await open(options)
  })
  afterAll(async () => {
    await browser?.close()
    await walk?.close()
  })
  beforeEach((context) => {
    if (!browser) context.skip('no browser on this machine')
  })
  return {
    get walk() {
      return walk
    },
    get page() {
      return page
    },
    open,
  }
}
