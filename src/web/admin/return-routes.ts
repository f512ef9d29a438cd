import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BOUNCE_CLASSES } from '../../bounces/bounce.repo.ts'
import { type BounceCursor, newestBounces } from '../../bounces/bounce-list.repo.ts'
import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { Fault } from '../../core/errors.ts'
import { cursorInstant } from '../../operator/operations/cursor.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, lineField, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { RETURN_SPANS, returnsView } from './returns-view.ts'

const filters = z.object({
  days: optionalText,
  class: z.enum(BOUNCE_CLASSES).optional().catch(undefined),
  domain: lineField.catch(''),
  after: z.unknown().optional(),
})

/** Bounces and complaints: totals, by domain, and each one. */
export const returnRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/returns', { schema: { querystring: filters } }, async ({ query }, reply) => {
    const { class: kind } = query
    const domain = query.domain || undefined
    const span = RETURN_SPANS.find(({ days }) => String(days) === query.days) ?? RETURN_SPANS[0]
    const wanted = { class: kind, domain, after: parseCursor(query.after), most: ROWS_PER_PAGE + 1 }
    const { rows, more } = takePage(await newestBounces(deps.db, wanted))
    const last = rows.at(-1)
    return send(reply, 'returns', {
      ...(await returnsView(deps, span)),
      channels: enabledChannels(deps.config),
      span,
      spans: RETURN_SPANS,
      kind: kind ?? '',
      kinds: BOUNCE_CLASSES,
      domain: domain ?? '',
      rows,
      next: more && last ? `${last.at.toISOString()}~${last.reportId}~${last.n}` : '',
      path: (changes: object) =>
        `/admin/returns?${new URLSearchParams(filled({ days: String(span.days), class: kind, domain, ...changes }))}`,
    })
  })
}

const filled = (fields: Record<string, string | undefined>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))

const cursorSchema = z.tuple([cursorInstant, z.string(), z.string()])

/** Parses "2026-11-24T08:00:00.000Z~17~0". Throws page.not-found. */
function parseCursor(after: unknown): BounceCursor | undefined {
  if (after === undefined) return undefined
  const { success, data } = cursorSchema.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  const [at, reportId, n] = data
  return { at, reportId: numberField().parse(reportId), n: numberField().parse(n) }
}
