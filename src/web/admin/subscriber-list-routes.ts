import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import { FieldFaults } from '../../core/errors.ts'
import { id } from '../../operator/operations/fields.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import {
  countFiltered,
  filterSubscribers,
  SUBSCRIBER_SORTS,
} from '../../subscribers/filter-subscribers.repo.ts'
import { SUBSCRIBER_STATES } from '../../subscribers/subscriber.ts'
import { suppressionOf } from '../../subscribers/suppression.repo.ts'
import { toFault } from '../errors.ts'
import { firstText } from '../request.ts'
import { type AdminSite, emailForm, lineField, typedLines } from './admin-site.ts'

const MAX_SEARCH_LENGTH = 200
const searchField = firstText.transform((text) => lineField.parse(text).slice(0, MAX_SEARCH_LENGTH))

const listQuery = z.object({
  contains: searchField,
  follows: searchField,
  state: z.enum(SUBSCRIBER_STATES).optional().catch(undefined),
  sort: z.enum(SUBSCRIBER_SORTS).catch('newest'),
  after: id.catch(''),
})

/** All subscribers, and the form that finds one by address. That form is a POST: no URL contains a whole address. */
export const subscriberListRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  app.get('/subscribers', { schema: { querystring: listQuery } }, async ({ query }, reply) =>
    sendList(admin, reply, query),
  )

  app.post('/subscribers', { schema: emailForm, attachValidation: true }, async (request, reply) => {
    const { validationError } = request
    const { email = '' } = validationError ? typedLines(request.body) : request.body
    try {
      if (validationError) throw validationError
      return reply.redirect(`/admin/subscribers/${(await findSubscriber(admin.deps.db, { email })).id}`, 303)
    } catch (error) {
      const fault = toFault(error, request)
      const { code, message } = fault
      const isOfForm = code === 'subscriber.unknown' || code.startsWith('address.')
      if (!isOfForm && !(fault instanceof FieldFaults)) throw error
      const problem = code === 'subscriber.unknown' ? await unknownText(admin, email) : message
      return sendList(admin, reply, listQuery.parse({}), { email, problem }, 422)
    }
  })
}

/** An address without a subscriber may be suppressed all the same. */
async function unknownText({ deps }: AdminSite, email: string): Promise<string> {
  const hash = addressHash(parseAddress(email).key, deps.config.SUPPRESSION_KEY)
  const found = await suppressionOf(deps.db, hash)
  return found
    ? `No subscriber has this address. It is suppressed (${found.reason}), so we don’t email it.`
    : 'No subscriber has this address. Try another spelling, or an earlier address.'
}

const LISTED = 50
/** Counting stops here, so that a page never counts a million rows. */
const MAX_COUNTED = 10_001

async function sendList(
  { deps: { db }, send }: AdminSite,
  reply: FastifyReply,
  query: z.output<typeof listQuery>,
  found: { email: string; problem?: string } = { email: '' },
  status?: number,
): Promise<FastifyReply> {
  const { sort, after, ...filter } = query
  const { rows, next } = await filterSubscribers(db, { filter, sort, after, most: LISTED })
  const count = await countFiltered(db, filter, MAX_COUNTED)
  const paths = { first: pathOf({ ...query, after: '' }), next: next && pathOf({ ...query, after: next }) }
  const view = { query, states: SUBSCRIBER_STATES, rows, count, isMore: count === MAX_COUNTED, ...paths }
  return send(reply, 'subscribers', { ...view, ...found }, status)
}

const pathOf = (query: Record<string, string | undefined>): string => {
  const given = Object.entries(query).filter((field): field is [string, string] => Boolean(field[1]))
  return `/admin/subscribers?${new URLSearchParams(given)}`
}
