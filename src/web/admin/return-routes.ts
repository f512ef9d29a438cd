import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { classText, doneText } from '../../bounces/return-words.ts'
import { RETURN_CLASSES } from '../../bounces/returned.repo.ts'
import { newestReturns, type ReturnPlace } from '../../bounces/returned-list.repo.ts'
import { waysIn } from '../../bounces/ways-in.ts'
import { Fault } from '../../core/errors.ts'
import { at } from '../api/cursor.ts'
import type { AdminSite } from './admin-site.ts'
import { line } from './fields.ts'
import { numberIn, paged, ROWS } from './paging.ts'
import { RETURN_SPANS, returnsView } from './returns-view.ts'

interface Asked {
  Querystring: { days?: unknown; class?: unknown; domain?: unknown; after?: unknown }
}

/** What came back of mails: how much, from where, and each. */
export function addReturnRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<Asked>('/returns', async ({ query }, reply) => {
    const span = RETURN_SPANS.find(({ days }) => String(days) === query.days) ?? RETURN_SPANS[0]
    const kind = RETURN_CLASSES.find((one) => one === query.class)
    const domain = line.catch('').parse(query.domain) || undefined
    const wanted = { class: kind, domain, after: placeIn(query.after), most: ROWS + 1 }
    const { rows, more } = paged(await newestReturns(deps.db, wanted))
    const last = rows.at(-1)
    return send(reply, 'returns', {
      ...(await returnsView(deps, span)),
      ways: waysIn(deps.config),
      span,
      spans: RETURN_SPANS,
      kind: kind ?? '',
      kinds: RETURN_CLASSES,
      domain: domain ?? '',
      rows: rows.map((row) => ({
        ...row,
        what: row.isRead ? classText(row) : 'unreadable report',
        done: doneText(row),
      })),
      next: more && last ? `${last.at.toISOString()}~${last.reportId}~${last.n}` : '',
      path: (changes: object) =>
        `/admin/returns?${new URLSearchParams(filled({ days: String(span.days), class: kind, domain, ...changes }))}`,
    })
  })
}

const filled = (fields: Record<string, string | undefined>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))

const numbers = z.tuple([at, z.string(), z.string()])

/** "2026-11-24T08:00:00.000Z~17~0". Throws page.not-found. */
function placeIn(after: unknown): ReturnPlace | undefined {
  if (after === undefined) return undefined
  const { success, data } = numbers.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  return { at: data[0], reportId: numberIn(data[1]), n: numberIn(data[2]) }
}
