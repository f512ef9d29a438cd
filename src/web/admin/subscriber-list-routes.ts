import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { undefinedIfFault } from '../../core/errors.ts'
import { id } from '../../operator/operations/fields.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import {
  countFiltered,
  filterSubscribers,
  SUBSCRIBER_SORTS,
} from '../../subscribers/filter-subscribers.repo.ts'
import { subscriberByKey } from '../../subscribers/subscriber.repo.ts'
import { SUBSCRIBER_STATES } from '../../subscribers/subscriber.ts'
import { type Suppression, suppressionOf } from '../../subscribers/suppression.repo.ts'
import { firstText } from '../request.ts'
import { type AdminSite, lineField } from './admin-site.ts'

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

  app.post('/subscribers', { schema: { body: listForm.prefault(EMPTY) } }, async ({ body }, reply) => {
    const { deps } = admin
    // A whole address leads to its subscriber.
    const key = undefinedIfFault(() => parseAddress(body.contains).key)
    const found = key && (await subscriberByKey(deps.db, key))
    if (found) return reply.redirect(`/admin/subscribers/${found.id}`, 303)
    const suppression = key && (await suppressionOf(deps.db, addressHash(key, deps.config.SUPPRESSION_KEY)))
    return sendList(admin, reply, body, suppression ? suppressedText(suppression) : '')
  })
}

const suppressedText = ({ reason }: Suppression): string =>
  `No subscriber has this address. It is suppressed (${reason}), so we don’t email it.`

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
