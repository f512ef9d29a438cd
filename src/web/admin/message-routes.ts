import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BOUNCE_CLASSES } from '../../bounces/bounce.repo.ts'
import {
  type BounceCursor,
  type BounceDomainCount,
  countBounces,
  countBouncesByDay,
  countBouncesByDomain,
  newestBounces,
} from '../../bounces/bounce-list.repo.ts'
import { isFailureClass } from '../../bounces/bounce-text.ts'
import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { waitingReports } from '../../bounces/report.repo.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { MESSAGE_STATES } from '../../mail/message.ts'
import { listMessages, type MessageCursor } from '../../mail/outbox/message-list.repo.ts'
import {
  mayRetry,
  messageOutcomeText,
  messageTimeline,
  showMessage,
  stateName,
} from '../../operator/message-details.ts'
import { cursorInstant } from '../../operator/operations/cursor.ts'
import { id } from '../../operator/operations/fields.ts'
import { retry } from '../../operator/operations/messages.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, lineField, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { type ChartView, dayChart } from './charts-view.ts'
import { doneSentence, operationForm, operationNamed, runAdminOperation } from './operation-forms.ts'

/** Emails of every kind, and the history of each. */
export const messageRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const filters = { querystring: z.object({ state: optionalText, after: z.unknown().optional() }) }
  app.get('/messages', { schema: filters }, async ({ query }, reply) => {
    const state = MESSAGE_STATES.find((one) => stateName(one) === query.state)
    const after = parseCursor(messageCursor, query.after)
    const found = takePage(await listMessages(deps.db, { state, after, most: ROWS_PER_PAGE + 1 }))
    const last = found.rows.at(-1)
    return send(reply, 'messages', {
      state,
      states: MESSAGE_STATES,
      rows: found.rows,
      next: found.more && last ? `${last.datedAt.toISOString()}~${last.id}` : '',
    })
  })

  const ofMessage = { params: z.object({ id }), querystring: z.object({ done: optionalText }) }
  app.get('/messages/:id', { schema: ofMessage }, async ({ params, query }, reply) => {
    const message = await showMessage(deps, params)
    const now = deps.clock.now()
    return send(reply, 'message', {
      said: doneSentence([retry], query.done),
      message,
      fate: messageOutcomeText(message),
      life: messageTimeline(message, now),
      retry: mayRetry(message, now) ? operationForm(retry) : undefined,
    })
  })

  app.post('/messages/:id/retry', { schema: { params: z.object({ id }) } }, async ({ params }, reply) => {
    const operation = operationNamed([retry], 'retry')
    const done = await runAdminOperation(deps, operation, { subject: params, typed: {} })
    return reply.redirect(`/admin/messages/${params.id}?done=${done}`, 303)
  })
}

const messageCursor = z
  .tuple([cursorInstant, id])
  .transform(([datedAt, id]): MessageCursor => ({ datedAt, id }))

/** Parses a position such as "2026-11-24T08:00:00.000Z~id". Throws page.not-found. */
function parseCursor<T extends z.ZodType>(cursor: T, after: unknown): z.output<T> | undefined {
  if (after === undefined) return undefined
  const { success, data } = cursor.safeParse(String(after).split('~'))
  if (!success) throw new Fault('page.not-found')
  return data
}

const returnFilters = z.object({
  days: optionalText,
  class: z.enum(BOUNCE_CLASSES).optional().catch(undefined),
  domain: lineField.catch(''),
  after: z.unknown().optional(),
})

/** Bounces and complaints: totals, by domain, and each one. */
export const returnRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/returns', { schema: { querystring: returnFilters } }, async ({ query }, reply) => {
    const { class: kind } = query
    const domain = query.domain || undefined
    const span = RETURN_SPANS.find(({ days }) => String(days) === query.days) ?? RETURN_SPANS[0]
    const wanted = {
      class: kind,
      domain,
      after: parseCursor(returnCursor, query.after),
      most: ROWS_PER_PAGE + 1,
    }
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

const number = z.string().transform((text) => numberField().parse(text))
const returnCursor = z
  .tuple([cursorInstant, number, number])
  .transform(([at, reportId, n]): BounceCursor => ({ at, reportId, n }))

const RETURN_SPANS = [
  { days: 7, text: '7 days' },
  { days: 30, text: '30 days' },
] as const

const MAX_DOMAINS = 10
/** A report that is not processed within this time is late. */
const LATE_MS = 5 * 60_000

/** Totals of bounces and complaints for the days up to today (UTC), by class and by domain. */
async function returnsView({ db, clock }: Deps, { days }: { days: number }) {
  const now = clock.now()
  const today = dayOf(now)
  const first = addDays(today, 1 - days)
  const span = { from: midnight(first), before: midnight(addDays(today, 1)) }
  const byDay = await countBouncesByDay(db, span)
  const { count, oldest } = await waitingReports(db)
  return {
    classes: await countBounces(db, span),
    domains: domainRows(await countBouncesByDomain(db, { ...span, domains: MAX_DOMAINS })),
    charts: chartsOf(first, days, byDay),
    late: oldest && now.getTime() - oldest.getTime() > LATE_MS ? { count, oldest } : null,
  }
}

/** The domains with the most bounces: "12 dead, 3 complaint". */
function domainRows(counts: readonly BounceDomainCount[]) {
  const domains = [...new Set(counts.map(({ domain }) => domain))]
  return domains.map((domain) => {
    const mine = counts.filter((one) => one.domain === domain)
    return {
      domain,
      count: mine.reduce((sum, { count }) => sum + count, 0),
      text: mine.map(({ class: kind, count }) => `${count} ${kind}`).join(', '),
    }
  })
}

type Counted = Awaited<ReturnType<typeof countBouncesByDay>>

function chartsOf(first: Day, days: number, counts: Counted): ChartView[] {
  const all = Array.from({ length: days }, (_, n) => addDays(first, n))
  const of = (isOne: (kind: string) => boolean) =>
    all.map((day) => ({
      day,
      count: counts
        .filter((one) => one.day === day && isOne(one.class))
        .reduce((sum, { count }) => sum + count, 0),
    }))
  return [
    dayChart({ id: 'failed', title: 'Bounces', column: 'Bounces' }, of(isFailureClass)),
    dayChart(
      { id: 'complained', title: 'Complaints', column: 'Complaints' },
      of((kind) => kind === 'complaint'),
    ),
  ]
}
