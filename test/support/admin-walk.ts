import type { Page } from 'playwright-core'
import { recordAction } from '../../src/core/action.repo.ts'
import { MINUTE_MS } from '../../src/core/dates.ts'
import { recordIncident } from '../../src/core/incident.repo.ts'
import { claimTick } from '../../src/core/tick.repo.ts'
import { words } from '../../src/i18n/words.ts'
import { holdPermits } from '../../src/limits/permits.repo.ts'
import { HOSTILE } from '../battery/web/hostile.ts'
import { PASSWORD } from './admin.ts'
import { seedHistory } from './admin-history.ts'
import { openWalk, type Walk } from './site-walk.ts'

/** A page of the operator's, in a state that matters. */
export interface AdminStop {
  name: string
  /** Where it stands. */
  path(walk: Walk): string | Promise<string>
  /** What is typed and pressed there, so that the page is the answer. */
  act?(page: Page): Promise<unknown>
  /** No one is logged in. */
  outside?: true
}

const at = (path: string) => () => path
const subscriber =
  (address: string, rest = '') =>
  async ({ site }: Walk) => {
    const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address } })
    return `/admin/subscribers/${id}${rest}`
  }

const typed = (button: string, label: string, value: string) => async (page: Page) => {
  await page.getByLabel(label).fill(value)
  await page.getByRole('button', { name: button, exact: true }).click()
}

/** What the page of a feature says is not in the words of the program without that feature. */
const importText = (text: string) => async (page: Page) => {
  await page.locator('textarea[name="csv"]').fill(text)
  await page.getByRole('button', { name: 'Show what would happen', exact: true }).click()
}

const IMPORTED = `email,state,confirmed_at,confirmed_how,topics
imported@example.com,active,2026-01-02,a form at the spring school,linear attention
pending@example.com,pending,,,
ann@example.com,active,2026-01-02,a form at the spring school,
nobody,active,2026-01-02,a form at the spring school,`

/** Every admin page in every state that matters. Those outside come first: a window that is in stays in. */
export const ADMIN_STOPS: AdminStop[] = [
  { name: 'admin-login', path: at('/admin/login'), outside: true },
  {
    name: 'admin-login-wrong',
    path: at('/admin/login'),
    outside: true,
    act: typed('Log in', 'Password', 'not the password'),
  },
  { name: 'admin-overview', path: at('/admin') },
  { name: 'admin-overview-90', path: at('/admin?days=90') },
  { name: 'admin-overview-364', path: at('/admin?days=364') },
  {
    name: 'admin-paused',
    path: at('/admin'),
    act: typed('Pause delivery', 'Reason for pausing', 'The relay is being moved'),
  },
  {
    name: 'admin-resumed',
    path: at('/admin'),
    act: (page) => page.getByRole('button', { name: 'Resume delivery' }).click(),
  },
  { name: 'admin-subscribers', path: at('/admin/subscribers') },
  {
    name: 'admin-subscribers-filtered',
    path: at('/admin/subscribers?state=active&sort=last-email'),
    act: typed('Show', 'Address, whole or part', 'history'),
  },
  {
    name: 'admin-subscribers-none',
    path: at('/admin/subscribers'),
    act: typed('Show', 'Topic contains', 'nothing like this'),
  },
  { name: 'admin-add', path: at('/admin/subscribers/add') },
  {
    name: 'admin-add-checked',
    path: at('/admin/subscribers/add'),
    act: async (page) => {
      await page.getByLabel('Topics, one per line').fill('linear attention')
      await typed('Show what would happen', 'Email address', 'new@example.com')(page)
    },
  },
  {
    name: 'admin-add-wrong',
    path: at('/admin/subscribers/add'),
    act: typed('Show what would happen', 'Email address', 'ann@'),
  },
  { name: 'admin-import', path: at('/admin/subscribers/import') },
  {
    name: 'admin-import-checked',
    path: at('/admin/subscribers/import'),
    act: importText(IMPORTED),
  },
  {
    name: 'admin-import-done',
    path: at('/admin/subscribers/import'),
    act: async (page) => {
      await importText(IMPORTED)(page)
      await page.getByRole('button', { name: 'Import', exact: true }).click()
    },
  },
  {
    name: 'admin-import-wrong',
    path: at('/admin/subscribers/import'),
    act: importText('name\nAnn'),
  },
  {
    name: 'admin-subscribers-unknown',
    path: at('/admin/subscribers'),
    act: typed('Show', 'Address, whole or part', 'unknown@example.com'),
  },
  { name: 'admin-subscriber', path: subscriber('ann@example.com') },
  { name: 'admin-subscriber-date', path: subscriber('ann@example.com', '?date=2026-11-22') },
  {
    name: 'admin-subscriber-paused',
    path: subscriber('left@example.com'),
    act: (page) => page.getByRole('button', { name: 'Pause', exact: true }).click(),
  },
  {
    name: 'admin-subscriber-wrong',
    path: subscriber('fewer@example.com'),
    act: typed('Pause', 'Until (optional)', '2026-01-01'),
  },
  { name: 'admin-preview', path: at('/admin/preview') },
  {
    name: 'admin-preview-wrong',
    path: at('/admin/preview'),
    act: typed('Preview', 'Email address of a subscriber', 'unknown@example.com'),
  },
  { name: 'admin-email', path: subscriber('best@example.com', '/email') },
  { name: 'admin-email-none', path: subscriber('quiet@example.com', '/email') },
  { name: 'admin-subscriber-many', path: subscriber('many@example.com') },
  { name: 'admin-subscriber-hostile', path: subscriber('hostile@example.com') },
  { name: 'admin-subscriber-suppressed', path: subscriber('refused@example.com') },
  { name: 'admin-subscriber-over', path: subscriber('over@example.com') },
  { name: 'admin-unsubscribe', path: subscriber('ann@example.com', '/unsubscribe') },
  { name: 'admin-erase', path: subscriber('ann@example.com', '/erase') },
  {
    name: 'admin-erased',
    path: async ({ site }) => {
      const { id } = await site.db.subscriber.findFirstOrThrow({ where: { erasedAt: { not: null } } })
      return `/admin/subscribers/${id}`
    },
  },
  { name: 'admin-topics', path: at('/admin/topics') },
  {
    name: 'admin-topic',
    path: async ({ site }) => {
      const { id } = await site.db.query.findFirstOrThrow({ where: { text: 'linear attention' } })
      return `/admin/topics/${id}`
    },
  },
  { name: 'admin-days', path: at('/admin/days') },
  { name: 'admin-day-column', path: at('/admin/days/2026-11-24/due') },
  { name: 'admin-messages', path: at('/admin/messages') },
  { name: 'admin-messages-none', path: at('/admin/messages?state=uncertain') },
  {
    name: 'admin-message',
    path: async ({ site }) => {
      const { id } = await site.db.message.findFirstOrThrow({ where: { state: 'refused' } })
      return `/admin/messages/${id}`
    },
  },
  {
    name: 'admin-message-returned',
    path: async ({ site }) => {
      const { messageId } = await site.db.bounce.findFirstOrThrow({ where: { class: 'dead' } })
      return `/admin/messages/${messageId}`
    },
  },
  { name: 'admin-bounces', path: at('/admin/bounces?days=30') },
  { name: 'admin-bounces-none', path: at('/admin/bounces?class=unsubscribe&domain=post.example') },
  { name: 'admin-sources', path: at('/admin/sources') },
  { name: 'admin-suppressions', path: at('/admin/suppressions') },
  {
    name: 'admin-suppression-found',
    path: at('/admin/suppressions'),
    act: typed('Check address', 'Email address', 'refused@example.com'),
  },
  { name: 'admin-actions', path: at('/admin/actions') },
  { name: 'admin-not-found', path: at('/admin/nothing') },
  // Last, because it stays wrong.
  {
    name: 'admin-mail-server-down',
    path: async ({ site }) => {
      const since = new Date(site.clock.now().getTime() - MINUTE_MS)
      const detail = 'connect ECONNREFUSED 127.0.0.1:25'
      await recordIncident(site.db, { name: 'delivery bulk', what: 'unreachable', detail, since })
      return '/admin'
    },
  },
]

/** The walk's site with a password, a year of history, hostile texts, emails that failed, and a domain on hold. */
export async function openAdminWalk(databaseUrl: string): Promise<Walk> {
  const walk = await openWalk(databaseUrl, { ADMIN_PASSWORD: PASSWORD })
  await seedHistory(walk.site)
  await claimTick(walk.site.db, 'minute', walk.site.clock.now())
  await holdPermits(walk.site.db, 'send domain lab.example', {
    seconds: 3600,
    reply: '8 % of the last 250 emails',
  })
  await recordAction(walk.site.db, {
    at: walk.site.clock.now(),
    via: 'command',
    verb: 'delivery resume',
    detail: HOSTILE.name,
  })
  return walk
}

/** Shows a stop in a window, which logs in if it has not yet. */
export async function visitAdmin(walk: Walk, page: Page, name: string): Promise<void> {
  const { path, act, outside } = ADMIN_STOPS.find((stop) => stop.name === name)!
  if (outside) await page.context().clearCookies()
  else if ((await page.context().cookies()).length === 0) await logInBy(page, walk.base)
  await page.goto(walk.base + (await path(walk)))
  await act?.(page)
  await page.waitForLoadState()
}

async function logInBy(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/admin/login`)
  await typed('Log in', 'Password', PASSWORD)(page)
  await page.getByRole('button', { name: words.admin.logout }).waitFor()
}
