import type { BrowserContextOptions, Page } from 'playwright-core'
import { beforeAll } from 'vitest'
import { type TestSite, useSite } from './site.ts'
import { useBrowser } from './use-browser.ts'

export interface SiteInBrowser {
  readonly site: TestSite
  /** Where the site listens, without a slash at the end. */
  readonly base: string
  /** A window of its own; what it goes to may be a path of the site. */
  open(options?: BrowserContextOptions): Promise<Page>
}

/** The site of `useSite`, which listens, and one browser for a test file. */
export function useSiteInBrowser(): SiteInBrowser {
  const site = useSite()
  // What opens last closes first: a site that closes before its visitors waits for them, for more than a minute.
  const browser = useBrowser()
  let base: string
  beforeAll(async () => {
    base = await site.app.listen({ port: 0, host: '127.0.0.1' })
  })
  return {
    site,
    get base() {
      return base
    },
    open: (options) => browser.open({ baseURL: base, ...options }),
  }
}
