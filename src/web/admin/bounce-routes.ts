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
import { channelSettingNames, enabledChannels } from '../../bounces/enabled-channels.ts'
import { waitingReports } from '../../bounces/report.repo.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { words } from '../../i18n/words.ts'
import { cursorInstant } from '../../operator/operations/cursor.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, lineField, parseCursor, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { type ChartView, dayChart } from './charts-view.ts'

const bounceFilters = z.object({
  days: optionalText,
  class: z.enum(BOUNCE_CLASSES).optional().catch(undefined),
  domain: lineField.catch(''),
  after: z.unknown().optional(),
})

/** Bounces and complaints: totals, by domain, and each one. */
export const bounceRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  app.get('/bounces', { schema: { querystring: bounceFilters } }, async ({ query }, reply) => {
    const { class: kind } = query
    const domain = query.domain || undefined
    const span = SPANS.find((days) => String(days) === query.days) ?? SPANS[0]
    const wanted = {
      class: kind,
      domain,
      after: parseCursor(bounceCursor, query.after),
      most: ROWS_PER_PAGE + 1,
    }
    const { rows, more } = takePage(await newestBounces(deps.db, wanted))
    const last = rows.at(-1)
    return send(reply, 'bounces', {
      ...(await bouncesView(deps, span)),
      channels: enabledChannels(deps),
      settings: channelSettingNames(deps.features),
      span,
      spans: SPANS,
      kind: kind ?? '',
      kinds: BOUNCE_CLASSES,
      domain: domain ?? '',
      rows,
      next: more && last ? `${last.at.toISOString()}~${last.reportId}~${last.n}` : '',
      path: (changes: object) =>
        `/admin/bounces?${new URLSearchParams(filled({ days: String(span), class: kind, domain, ...changes }))}`,
    })
  })
}

const filled = (fields: Record<string, string | undefined>): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []))

const number = z.string().transform((text) => numberField().parse(text))
const bounceCursor = z
  .tuple([cursorInstant, number, number])
  .transform(([at, reportId, n]): BounceCursor => ({ at, reportId, n }))

/** In days. */
const SPANS = [7, 30] as const

const MAX_DOMAINS = 10
/** A report that is not processed within this time is late. */
const LATE_MS = 5 * 60_000

/** Totals of bounces and complaints for the days up to today (UTC), by class and by domain. */
async function bouncesView({ db, clock }: Deps, days: number) {
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
  const { bounces, complaints } = words.admin.charts
  return [
    dayChart({ id: 'failed', title: bounces.title, column: bounces.column }, of(isFailureClass)),
    dayChart(
      { id: 'complained', title: complaints.title, column: complaints.column },
      of((kind) => kind === 'complaint'),
    ),
  ]
}
