import { resolve } from 'node:path'
import type { FastifyReply } from 'fastify'
import type { Config } from '../../config/config.ts'
import { dateAndTime } from '../../i18n/dates.ts'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import { ASSETS_PATH } from '../assets.ts'

const FOLDER = resolve(import.meta.dirname, '../../../templates/admin')

/** Sends a page of templates/admin; `status` is 200 by default. */
export type SendAdminPage = (reply: FastifyReply, name: string, data: object, status?: number) => FastifyReply

const number = new Intl.NumberFormat('en')

/** The formatting functions that templates call. */
const HELPERS = {
  /** "24 Nov 2026, 08:03", in UTC unless a zone is given. */
  time: (at: Date | null, zone = 'UTC') => (at ? dateAndTime(at.toISOString(), zone) : '–'),
  number: (value: number) => number.format(value),
  about: actionDetailText,
}

export function openAdminPages(config: Config): SendAdminPage {
  const eta = new TemplateEngine({ views: FOLDER, cache: true, autoTrim: ['nl', false] })
  const site = { name: config.SITE_NAME, assets: ASSETS_PATH, ...HELPERS }
  return (reply, name, data, status = 200) => {
    const { session, routeOptions } = reply.request
    const token = session?.startedAt ? reply.generateCsrf() : ''
    const html = eta.render(`./${name}`, { site, route: routeOptions.url ?? '', token, ...data })
    return reply.code(status).type('text/html; charset=utf-8').send(html)
  }
}

/** Formats the detail of a logged action: "3,000 rows, 2,990 taken" for counts, other text unchanged. */
export function actionDetailText(detail: string): string {
  if (!detail.startsWith('{')) return detail
  return Object.entries(JSON.parse(detail) as Record<string, unknown>)
    .map(([name, value]) =>
      typeof value === 'number' ? `${number.format(value)} ${name}` : `${name} ${value}`,
    )
    .join(', ')
}
