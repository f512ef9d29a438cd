// npm run shots [-- FOLDER [NAME]]
// Takes a picture of every page and every email, in both themes and in the widths of a phone and of a desktop, into FOLDER,
// which is .shots by default; with NAME only of those with that in their names.
// npm run shots -- docs readme
// Takes the pictures of the README.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import type { Browser, Page } from 'playwright-core'
import { startDemo } from '../scripts/demo/demo.ts'
import { optionsOrExit } from '../scripts/options-or-exit.ts'
import { startEmbeddedPostgres } from '../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../src/core/database/migrations.ts'
import { silentLog } from '../src/core/log.ts'
import { prepareQueue } from '../src/core/queue.ts'
import { ADMIN_STOPS, openAdminWalk, visitAdmin } from './support/admin-walk.ts'
import { launchBrowser } from './support/browser.ts'
import { MAIL_NAMES, renderMails } from './support/sample-emails.ts'
import { openWalk, STOPS } from './support/site-walk.ts'

const THEMES = ['light', 'dark'] as const
const PAGE_WIDTHS = [375, 1280]
const MAIL_WIDTHS = [375, 640, 1280]

const { folder, wanted } = optionsOrExit((args) => {
  const [folder = '.shots', wanted = '', ...more] = parseArgs({ args, allowPositionals: true }).positionals
  if (more.length > 0) throw new Error(`One folder and one name, not also ${more.join(' ')}.`)
  const names = ['readme', ...[...STOPS, ...ADMIN_STOPS].map(({ name }) => name), ...MAIL_NAMES]
  if (!names.some((name) => name.includes(wanted)))
    throw new Error(`No page or email has "${wanted}" in its name.`)
  return { folder: resolve(folder), wanted }
})
mkdirSync(folder, { recursive: true })

process.env.REQUIRE_BROWSER ??= 'yes'
const browser = (await launchBrowser())!
const data = mkdtempSync(join(tmpdir(), 'shots-'))
const postgres = await startEmbeddedPostgres(join(data, 'postgres'), { durable: false })
try {
  if (wanted === 'readme') await shootReadme(browser)
  else {
    await shootPages(browser, await freshDatabase('pages'))
    await shootAdmin(browser, await freshDatabase('admin'))
    await shootMails(browser)
  }
} finally {
  await browser.close()
  await postgres.destroy()
  rmSync(data, { recursive: true, force: true })
}

async function freshDatabase(name: string): Promise<string> {
  const server = new pg.Client({ connectionString: postgres.url })
  await server.connect()
  await server.query(`create database ${name}`)
  await server.end()
  const url = Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href
  await applyMigrations(url)
  await prepareQueue(url, silentLog)
  return url
}

async function shootPages(browser: Browser, url: string): Promise<void> {
  const stops = STOPS.filter(({ name }) => name.includes(wanted))
  if (stops.length === 0) return
  const walk = await openWalk(url)
  const page = await (await browser.newContext()).newPage()
  for (const { name } of stops) {
    try {
      await walk.visit(page, name)
      await shoot(page, name, PAGE_WIDTHS)
    } catch (error) {
      console.log(`${name}: ${error}`)
      process.exitCode = 1
    }
  }
  await walk.close()
}

async function shootAdmin(browser: Browser, url: string): Promise<void> {
  const stops = ADMIN_STOPS.filter(({ name }) => name.includes(wanted))
  if (stops.length === 0) return
  const walk = await openAdminWalk(url)
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  for (const { name } of stops) {
    try {
      await visitAdmin(walk, page, name)
      await shoot(page, name, PAGE_WIDTHS)
    } catch (error) {
      console.log(`${name}: ${error}`)
      process.exitCode = 1
    }
  }
  await walk.close()
}

async function shootMails(browser: Browser): Promise<void> {
  const page = await (await browser.newContext()).newPage()
  for (const [name, { html }] of await renderMails()) {
    if (!html || !name.includes(wanted)) continue
    await page.setContent(html)
    await shoot(page, `mail-${name}`, MAIL_WIDTHS)
  }
}

/** site.png, digest.png and admin.png: what fits one screen, light. */
async function shootReadme(browser: Browser): Promise<void> {
  const shootTop = async (page: Page, name: string, size: { width: number; height: number }) => {
    await page.setViewportSize(size)
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
  }
  const openPage = async () =>
    (await browser.newContext({ colorScheme: 'light', javaScriptEnabled: false })).newPage()
  const [home, digest, overview] = [await openPage(), await openPage(), await openPage()]
  const demo = await startDemo({ folder: join(data, 'demo') })
  await home.goto(demo.site)
  await shootTop(home, 'site', { width: 1280, height: 800 })
  await demo.stop()
  await digest.setContent((await renderMails()).get('digest')!.html!)
  await shootTop(digest, 'digest', { width: 640, height: 800 })
  const admin = await openAdminWalk(await freshDatabase('admin'))
  await visitAdmin(admin, overview, 'admin-overview')
  await shootTop(overview, 'admin', { width: 1280, height: 800 })
  await admin.close()
}

async function shoot(page: Page, name: string, widths: number[]): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme })
      const path = join(folder, `${name}-${width}-${colorScheme}.png`)
      await page.screenshot({ path, fullPage: true, animations: 'disabled' })
      const { width: wide, height } = sizeOf(path)
      console.log(`${path}  ${wide} × ${height}`)
    }
  }
}

/** A PNG says how large it is at its beginning. */
function sizeOf(path: string): { width: number; height: number } {
  const png = readFileSync(path)
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}
