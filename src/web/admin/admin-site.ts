import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { CLASS_MEANINGS, classText, effectText } from '../../bounces/bounce-text.ts'
import { type Day, parseDay } from '../../core/dates.ts'
import type { ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { dateAndTime, longDate, longDateWithoutYear, weekdayDate } from '../../i18n/dates.ts'
import { numberText } from '../../i18n/numbers.ts'
import { templatesIn } from '../../i18n/template-engine.ts'
import { capitalized, counted, fill, listed, words } from '../../i18n/words.ts'
import { messageReasonText, stateName } from '../../operator/message-details.ts'
import { sourceStateText } from '../../operator/source-status.ts'
import { topicHeadings } from '../../queries/language/topic-name.ts'
import { sourceTitle } from '../../sources/registry.ts'
import { scheduleText, sizeText, understoodOf } from '../account/change-summary-view.ts'
import { ASSETS_PATH } from '../assets.ts'
import { firstText, formText } from '../request.ts'
import { colorSheet } from '../site-color.ts'

/** Sends a page of templates/admin, or of a feature's file; `status` is 200 by default. */
type SendAdminPage = (reply: FastifyReply, page: string | URL, data: object, status?: number) => FastifyReply

/** A page of a feature in the navigation, behind the one with the path `after`. */
export interface AdminLink {
  after: string
  path: string
  text: string
  /** The page is the form for a change: only for operators who may change something. */
  effect?: 'change'
}

/** A button of a feature on a page of the core, which posts to `path`. */
export interface AdminButton {
  /** The path of the page. */
  on: string
  path: string
  text: string
}

/** A link on the login page, to another login method than ADMIN_PASSWORD. */
export interface LoginLink {
  /** `to` in the query is the page to go to afterwards. */
  path: string
  text: string
  /** How long its sessions last. */
  hint: string
}

/** A period that charts and totals cover: in days, a year in whole weeks. */
const spanText = (days: number): string =>
  days > 300
    ? fill(words.admin.spans.weeks, { count: days / 7 })
    : fill(words.admin.spans.days, { count: days })

/** What templates format values with. */
const HELPERS = {
  CLASS_MEANINGS,
  capitalized,
  classText,
  effectText,
  longDate,
  longDateWithoutYear,
  messageReasonText,
  scheduleText,
  sizeText,
  sourceStateText,
  sourceTitle,
  spanText,
  stateName,
  topicHeadings,
  understoodOf,
  weekdayDate,
  /** "24 Nov 2026, 08:03", in UTC unless a zone is given. */
  time: (at: Date | null, zone = 'UTC') => (at ? dateAndTime(at.toISOString(), zone) : '–'),
  number: numberText,
  orList: (items: readonly string[]) => listed(items, 'or'),
  /** "1,234 people": `counted` with a {number} for people. */
  numbered: (count: number, forms: Parameters<typeof counted>[1]) =>
    counted(count, forms, { number: numberText(count) }),
  about: actionDetailText,
}

export function openAdminPages(
  { config, clock }: Pick<ServiceDeps, 'config' | 'clock'>,
  added: {
    links: readonly AdminLink[]
    buttons: readonly AdminButton[]
    loginMethods: readonly LoginLink[]
  },
): SendAdminPage {
  const eta = templatesIn('admin', HELPERS)
  const site = {
    name: config.SITE_NAME,
    assets: ASSETS_PATH,
    colors: colorSheet(config)?.path,
    hasPassword: config.ADMIN_PASSWORD !== undefined,
    ...added,
  }
  return (reply, page, data, status = 200) => {
    const { session, routeOptions } = reply.request
    const token = session?.startedAt ? reply.generateCsrf() : ''
    const template = page instanceof URL ? eta.nameOfFile(page) : `./${page}`
    const operator = session?.operator
    const mayChange = operator?.mayChange ?? false
    const shared = {
      site,
      now: clock.now(),
      route: routeOptions.url ?? '',
      token,
      operator,
      mayChange,
      mayOpen: ({ effect }: { effect?: 'change' }) => mayChange || effect !== 'change',
    }
    const html = eta.render(template, { ...shared, ...data })
    return reply.code(status).type('text/html; charset=utf-8').send(html)
  }
}

/** Formats the detail of a logged action: "3,000 rows, 2,990 taken" for counts, other text unchanged. */
export function actionDetailText(detail: string): string {
  if (!detail.startsWith('{')) return detail
  return Object.entries(JSON.parse(detail) as Record<string, unknown>)
    .map(([name, value]) => (typeof value === 'number' ? `${numberText(value)} ${name}` : `${name} ${value}`))
    .join(', ')
}

/** What each group of admin routes receives. */
export interface AdminSite {
  deps: ServiceDeps
  send: SendAdminPage
}

// Postgres accepts no NUL, and no one types control characters or changes of text direction on purpose.
const UNSEEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\ufeff]+/gu

/** A field of one line; empty if it was not sent. */
export const lineField = formText.transform((typed) => typed.replace(UNSEEN, ' ').trim()).default('')

/** A form with one field. */
export const emailForm = { body: z.object({ email: lineField }).prefault({}) }

/** The lines of a form that its schema refused: of a field that was sent twice, the first. */
export const typedLines = (body: unknown): Record<string, string> =>
  z
    .record(
      z.string(),
      z.preprocess((value) => [value].flat()[0], lineField.catch('')),
    )
    .catch({})
    .parse(body)

/** Rows on one page. */
export const ROWS_PER_PAGE = 100

/** Takes one row more than fits on a page; returns the rows of the page, and whether there are more. */
export const takePage = <Row>(rows: Row[]): { rows: Row[]; more: boolean } => ({
  rows: rows.slice(0, ROWS_PER_PAGE),
  more: rows.length > ROWS_PER_PAGE,
})

/** The date in a URL: the day, or the typed text and what is wrong with it; empty if no date was typed. */
export const dayField = firstText.transform((text): { day?: Day; typed?: string; problem?: Fault } => {
  const typed = lineField.parse(text)
  if (typed === '') return {}
  try {
    return { day: parseDay(typed) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { typed, problem: error }
  }
})

/** Parses a position such as "2026-11-24T08:00:00.000Z~id". Throws page.not-found. */
export function parseCursor<T extends z.ZodType>(cursor: T, after: unknown): z.output<T> | undefined {
  if (after === undefined) return undefined
  const { success, data } = cursor.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  return data
}
