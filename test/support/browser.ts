import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const INSTALLED = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let started: Promise<Browser | undefined> | undefined

/** The browser of this process, which every test file uses in turn; it ends with the process. */
export function sharedBrowser(): Promise<Browser | undefined> {
  started ??= launchBrowser()
  return started
}

/**
 * A real browser: the one named by CHROMIUM_PATH, an installed one, or the one that npm installs. Undefined if no browser
 * is found; with REQUIRE_BROWSER set that is an error.
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const path = INSTALLED.find((candidate) => candidate && existsSync(candidate))
  try {
    const browser = path
      ? await chromium.launch({ executablePath: path, args: QUIET })
      : await launchFromNpm()
    console.log(`Browser: ${path ?? 'from npm'} (${browser.version()})`)
    return browser
  } catch (error) {
    if (process.env.REQUIRE_BROWSER) throw error
    console.log(`No browser: ${String(error).split('\n')[0]}`)
    return undefined
  }
}

async function launchFromNpm(): Promise<Browser> {
  const { default: packed } = await import('@sparticuz/chromium')
  return chromium.launch({ executablePath: await packed.executablePath(), args: [...packed.args, ...QUIET] })
}
