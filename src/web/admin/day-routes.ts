import type { FastifyInstance } from 'fastify'
import { addDays, dayOf, parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import type { DayTotals } from '../../digests/reconciliation.ts'
import { longDateWithoutYear } from '../../i18n/dates.ts'
import { DAY_TOTALS_COLUMNS, type DayTotalsColumn, dayTotalsEntries } from '../../mail/outbox/receipt.repo.ts'
import { messageReasonText } from '../../operator/message-timeline.ts'
import { day } from '../../operator/operations/fields.ts'
import { type AdminSite, dayParam, numberParam, ROWS_PER_PAGE, takePage } from './admin-pages.ts'

const DAYS = 14
/** Years before 1000 are not accepted. */
const isDay = (text: string): boolean => day.safeParse(text).success

/** The totals of each date, and the subscribers behind each count. */
export function addDayRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { date?: string } }>('/days', async ({ query }, reply) => {
    const today = dayOf(deps.clock.now())
    const asked = dayParam(query.date)
    const last = asked.day ?? today
    const dates = Array.from({ length: DAYS }, (_, back) => addDays(last, -back)).filter(isDay)
    const all = await Promise.all(dates.map((date) => dayTotals(deps.db, date)))
    const rows = all.map((one) => ({
      ...one,
      text: longDateWithoutYear(one.date),
      cells: dayTotalCells(one),
    }))
    const earlier = addDays(last, -DAYS)
    const view = {
      rows,
      typed: asked.typed ?? last,
      problem: asked.problem,
      today,
      titles: DAY_TOTALS_COLUMNS.map(columnTitle),
      earlier: isDay(earlier) ? earlier : '',
      later: last < today ? [addDays(last, DAYS), today].sort()[0] : '',
    }
    return send(reply, 'days', view, asked.problem ? 422 : 200)
  })

  app.get<{ Params: { date: string; column: string }; Querystring: { after?: string } }>(
    '/days/:date/:column',
    async ({ params, query }, reply) => {
      const date = parseDay(params.date)
      const column = DAY_TOTALS_COLUMNS.find((name) => name === params.column)
      if (!column) throw new Fault('page.not-found')
      const after = numberParam(query.after)
      const found = takePage(
        await dayTotalsEntries(deps.db, { date, column, after, most: ROWS_PER_PAGE + 1 }),
      )
      const rows = found.rows.map((row) => ({ ...row, why: row.reason && messageReasonText(row.reason) }))
      const title = columnTitle(column)
      return send(reply, 'day-column', {
        date,
        text: longDateWithoutYear(date),
        column,
        title,
        ...found,
        rows,
      })
    },
  )
}

const TITLES: Record<DayTotalsColumn, string> = {
  due: 'Due',
  nothingMatched: 'Nothing matched',
  paused: 'Paused',
  missed: 'Missed',
  planned: 'Planned',
  accepted: 'Accepted',
  refused: 'Refused',
  gaveUp: 'Given up',
  skipped: 'Skipped',
  uncertain: 'Uncertain',
  open: 'Still open',
}

interface DayTotalCell {
  column: DayTotalsColumn
  title: string
  count: number
  /** The page that lists what is counted; empty if no page does. */
  path: string
}

const columnTitle = (column: DayTotalsColumn): string => TITLES[column]

/** The counts of a date, each with a link to what it counts. */
export const dayTotalCells = (totals: DayTotals): DayTotalCell[] =>
  DAY_TOTALS_COLUMNS.map((column) => ({
    column,
    title: TITLES[column],
    count: totals[column],
    path: totals[column] > 0 ? `/admin/days/${totals.date}/${column}` : '',
  }))
