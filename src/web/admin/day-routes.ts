import type { FastifyInstance } from 'fastify'
import { addDays, dayOf, parseDay } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { books } from '../../digests/books.repo.ts'
import { fullDate } from '../../i18n/dates.ts'
import { BOOK_COLUMNS, entriesIn } from '../../mail/outbox/book-list.repo.ts'
import { reasonText } from '../../operator/message-life.ts'
import { day } from '../api/schemas/kinds.ts'
import type { AdminSite } from './admin-site.ts'
import { bookCells, titleOf } from './book-cells.ts'
import { numberIn, paged, ROWS } from './paging.ts'
import { typedDay } from './typed-day.ts'

const DAYS = 14
/** Before the year 1000 there is none. */
const isDay = (text: string): boolean => day.safeParse(text).success

/** The books of each date, and who is counted in them. */
export function addDayRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<{ Querystring: { date?: string } }>('/days', async ({ query }, reply) => {
    const today = dayOf(deps.clock.now())
    const asked = typedDay(query.date)
    const last = asked.day ?? today
    const dates = Array.from({ length: DAYS }, (_, back) => addDays(last, -back)).filter(isDay)
    const all = await Promise.all(dates.map((date) => books(deps.db, date)))
    const rows = all.map((one) => ({ ...one, text: fullDate(one.date), cells: bookCells(one) }))
    const earlier = addDays(last, -DAYS)
    const view = {
      rows,
      typed: asked.typed ?? last,
      problem: asked.problem,
      today,
      titles: BOOK_COLUMNS.map(titleOf),
      earlier: isDay(earlier) ? earlier : '',
      later: last < today ? [addDays(last, DAYS), today].sort()[0] : '',
    }
    return send(reply, 'days', view, asked.problem ? 422 : 200)
  })

  app.get<{ Params: { date: string; column: string }; Querystring: { after?: string } }>(
    '/days/:date/:column',
    async ({ params, query }, reply) => {
      const date = parseDay(params.date)
      const column = BOOK_COLUMNS.find((name) => name === params.column)
      if (!column) throw new Fault('page.not-found')
      const after = numberIn(query.after)
      const found = paged(await entriesIn(deps.db, { date, column, after, most: ROWS + 1 }))
      const rows = found.rows.map((row) => ({ ...row, why: row.reason && reasonText(row.reason) }))
      const title = titleOf(column)
      return send(reply, 'day-column', { date, text: fullDate(date), column, title, ...found, rows })
    },
  )
}
