import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addDays, dayOf, parseDay } from '../../core/dates.ts'
import { Fault, undefinedIfFault } from '../../core/errors.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import { fill, words } from '../../i18n/words.ts'
import { DAY_TOTALS_COLUMNS, dayTotalsEntries } from '../../mail/outbox/receipt.repo.ts'
import { day, id } from '../../operator/operations/fields.ts'
import {
  rejectedPapersText,
  type SourceDayStatus,
  sourceFaultText,
  sourceStatus,
} from '../../operator/source-status.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import {
  countFiltered,
  filterSubscribers,
  SUBSCRIBER_SORTS,
} from '../../subscribers/filter-subscribers.repo.ts'
import { subscriberByKey } from '../../subscribers/subscriber.repo.ts'
import { SUBSCRIBER_STATES } from '../../subscribers/subscriber.ts'
import { queriesByCount, topicHolders } from '../../subscribers/subscriber-lists.repo.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { firstText, numberField } from '../request.ts'
import { type AdminSite, dayField, lineField, ROWS_PER_PAGE, takePage } from './admin-site.ts'

const DAYS = 14
/** Years before 1000 are not accepted. */
const isDay = (text: string): boolean => day.safeParse(text).success

/** The totals of each date, all topics by number of subscribers, and sources by day (UTC). */
export const listRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const chosen = { querystring: z.object({ date: dayField }) }
  app.get('/days', { schema: chosen }, async ({ query: { date: asked } }, reply) => {
    const today = dayOf(deps.clock.now())
    const last = asked.day ?? today
    const dates = Array.from({ length: DAYS }, (_, back) => addDays(last, -back)).filter(isDay)
    const earlier = addDays(last, -DAYS)
    const view = {
      rows: await Promise.all(dates.map((date) => dayTotals(deps.db, date))),
      typed: asked.typed ?? last,
      problem: asked.problem,
      today,
      earlier: isDay(earlier) ? earlier : '',
      later: last < today ? [addDays(last, DAYS), today].sort()[0] : '',
    }
    return send(reply, 'days', view, asked.problem ? 422 : 200)
  })

  const ofColumn = {
    params: z.object({ date: z.string(), column: z.enum(DAY_TOTALS_COLUMNS) }),
    querystring: z.object({ after: numberField() }),
  }
  app.get('/days/:date/:column', { schema: ofColumn }, async ({ params, query: { after } }, reply) => {
    const { column } = params
    const date = parseDay(params.date)
    const found = takePage(await dayTotalsEntries(deps.db, { date, column, after, most: ROWS_PER_PAGE + 1 }))
    return send(reply, 'day-column', { date, column, ...found })
  })

  const skipping = { querystring: z.object({ skip: numberField() }) }
  app.get('/topics', { schema: skipping }, async ({ query: { skip } }, reply) => {
    const found = takePage(await queriesByCount(deps.db, { skip, most: ROWS_PER_PAGE + 1 }))
    return send(reply, 'topics', { ...found, skip, size: ROWS_PER_PAGE })
  })

  const ofTopic = { params: z.object({ id: numberField() }), querystring: z.object({ after: numberField() }) }
  app.get('/topics/:id', { schema: ofTopic }, async ({ params: { id }, query: { after } }, reply) => {
    const found = await topicHolders(deps.db, { queryId: id, after, most: ROWS_PER_PAGE + 1 })
    if (!found) throw new Fault('page.not-found')
    const { rows, more } = takePage(found.holders)
    return send(reply, 'topic', { id, query: found.query, rows, more })
  })

  app.get('/sources', async (_request, reply) =>
    send(reply, 'sources', { days: DAYS, sources: await sourceStatus(deps, { days: DAYS }), responseText }),
  )
}

const responseText = ({ lastFault, lastStatus, rejected }: SourceDayStatus): string | number =>
  lastFault ? sourceFaultText(lastFault, lastStatus) : rejectedPapersText(rejected) || (lastStatus ?? '–')

const MAX_SEARCH_LENGTH = 200
const searchField = firstText.transform((text) => lineField.parse(text).slice(0, MAX_SEARCH_LENGTH))

const listQuery = z.object({
  state: z.enum(SUBSCRIBER_STATES).optional().catch(undefined),
  sort: z.enum(SUBSCRIBER_SORTS).catch('newest'),
})
const listForm = listQuery.extend({ contains: searchField, follows: searchField, after: id.catch('') })

const EMPTY = { sort: 'newest', contains: '', follows: '', after: '' } as const

/** All subscribers, and the form that filters them. It is a POST, because no URL may contain an address. */
export const subscriberListRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  app.get('/subscribers', { schema: { querystring: listQuery } }, async ({ query }, reply) =>
    sendList(admin, reply, listForm.parse(query)),
  )

  const filtering = { schema: { body: listForm.prefault(EMPTY) }, config: { effect: 'read' as const } }
  app.post('/subscribers', filtering, async ({ body }, reply) => {
    const { deps } = admin
    // A whole address leads to its subscriber.
    const key = undefinedIfFault(() => parseAddress(body.contains).key)
    const found = key && (await subscriberByKey(deps.db, key))
    if (found) return reply.redirect(`/admin/subscribers/${found.id}`, 303)
    const suppression = key && (await suppressionOf(deps.db, addressHash(key, deps.config.SUPPRESSION_KEY)))
    if (!suppression) return sendList(admin, reply, body)
    const text = fill(words.admin.subscribers.suppressed, { reason: suppression.reason })
    return sendList(admin, reply, body, text)
  })
}

const MAX_ROWS = 50
/** Counting stops here, so that a page never counts a million rows. */
const MAX_COUNTED = 10_001

async function sendList(
  { deps: { db }, send }: AdminSite,
  reply: FastifyReply,
  query: z.output<typeof listForm>,
  suppressed = '',
): Promise<FastifyReply> {
  const { sort, after, ...filter } = query
  const { rows, next } = await filterSubscribers(db, { filter, sort, after, max: MAX_ROWS })
  const count = await countFiltered(db, filter, MAX_COUNTED)
  const isMore = count === MAX_COUNTED
  return send(reply, 'subscribers', {
    query,
    states: SUBSCRIBER_STATES,
    rows,
    next,
    count,
    isMore,
    suppressed,
  })
}
