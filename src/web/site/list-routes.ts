import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { dayOf, parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import {
  FIRST_PAGE,
  type ListChoice,
  loadPaperList,
  loadTrendingList,
  newestListedDay,
} from '../../search/load-paper-list.ts'
import { type Rail, railOf } from '../../search/rail.ts'
import { parseSpan, type Span, spanOf, weekUpTo } from '../../search/spans.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { listView, railView } from './list-view.ts'
import { listFields, listPath, readListChoice } from './search-paths.ts'

/** The spans by their names in paths. */
const SEGMENTS = { date: 'day', week: 'week', month: 'month' } as const

const LIST = { cachedBy: Object.keys(listFields.shape) }

/** A page of a span, and what is beside it. */
async function listData(
  deps: Deps,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  asked: ListChoice & { span: Span },
) {
  const today = dayOf(deps.clock.now())
  const [list, rail] = await Promise.all([
    loadPaperList(deps, asked),
    railOf(deps, request, { ...asked.span, today }),
  ])
  cacheIfComplete(reply, rail)
  return { list: listView(list, rail.days), rail: railView(rail) }
}

/** A page whose phrases were refused is only for this visitor. */
function cacheIfComplete(reply: FastifyReply, { phrases }: Rail): void {
  if (phrases) cacheForOneMinute(reply)
}

/** The papers of the newest day, of any day, week or month, and those that are trending, at Hugging Face's paths. */
export const paperListRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  app.get('/', { config: { cachedBy: [] } }, async (request, reply) => {
    const span = spanOf('day', await newestListedDay(deps))
    const banner = { closed: deps.config.SIGNUP === 'closed', consent: CONSENT_WORDING.asking }
    const data = await listData(deps, { request, reply }, { span, ...FIRST_PAGE })
    return pages.send(reply, 'home', { ...data, banner })
  })

  for (const [segment, unit] of Object.entries(SEGMENTS)) {
    const params = z.object({ [segment]: z.string() })
    const options = { schema: { params, querystring: listFields }, config: LIST }
    app.get(`/papers/${segment}/:${segment}`, options, async (request, reply) => {
      const name = request.params[segment]!
      const span = parseSpan(unit, name)
      const choice = readListChoice(request.query)
      if (span.name !== name) return reply.redirect(listPath(span, choice), 301)
      return pages.send(reply, 'list', await listData(deps, { request, reply }, { span, ...choice }))
    })
  }

  app.register(newestSpanRoutes, { deps, pages })

  const options = { schema: { querystring: listFields }, config: LIST }
  app.get('/papers/trending', options, async (request, reply) => {
    const list = await loadTrendingList(deps, readListChoice({ ...request.query, sort: 'votes' }))
    const { today, gains } = list
    const ids = [...gains!.byPaper.keys()]
    const rail = await railOf(deps, request, { from: today, to: today, today, ids })
    cacheIfComplete(reply, rail)
    return pages.send(reply, 'list', { list: listView(list), rail: railView(rail) })
  })

  // The date form: redirects to that day, or shows the form again with the error.
  const typedDate = { querystring: z.object({ date: z.string().trim().catch('') }) }
  app.get('/papers/date', { schema: typedDate }, async ({ query: { date } }, reply) => {
    const today = dayOf(deps.clock.now())
    if (!date) return pages.send(reply, 'date', { date, today, errors: [] })
    try {
      return reply.redirect(`/papers/date/${parseDay(date)}`, 303)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const { code, sentence } = error
      return pages.send(reply, 'date', { date, today, errors: [{ id: 'date', code, sentence }] }, 422)
    }
  })
}

/** The newest week and the newest month with papers. */
const newestSpanRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const options = { schema: { querystring: listFields }, config: LIST }

  // Up to Wednesday, the last seven days.
  app.get('/papers/week', options, async (request, reply) => {
    const span = weekUpTo(await newestListedDay(deps))
    const choice = readListChoice(request.query)
    if (span.name) return cacheForOneMinute(reply).redirect(listPath(span, choice), 302)
    return pages.send(reply, 'list', await listData(deps, { request, reply }, { span, ...choice }))
  })

  app.get('/papers/month', async (_request, reply) =>
    cacheForOneMinute(reply).redirect(
      listPath(spanOf('month', await newestListedDay(deps)), FIRST_PAGE),
      302,
    ),
  )
}
