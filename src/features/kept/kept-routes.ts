import { readFileSync } from 'node:fs'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { papersById } from '../../papers/paper.repo.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import { cacheForOneMinute } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { lenientForm, markPrivate, numberField, withToken } from '../../web/request.ts'
import { CITATION_TYPES, type CitationFormat, citationList } from '../../web/site/citations.ts'
import { keptPapers, removePaper, restorePaper } from './kept.repo.ts'
import { keptPageView } from './kept-page.ts'
import { openAddress, withKeptPage } from './private-addresses.ts'

/** The page of papers that this browser keeps; it is the same for everyone, and a script fills it. */
export const KEPT_HERE = '/kept'
export const KEEP_SCRIPT = '/keep.js'

const SCRIPT = readFileSync(new URL('keep.js', import.meta.url), 'utf8')
const PAGE = new URL('kept-page.eta', import.meta.url)
const PAGE_HERE = new URL('kept-here.eta', import.meta.url)

export const keptRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { pages } = site
  app.get(KEPT_HERE, { config: { cachedBy: [] } }, async (_request, reply) =>
    pages.sendFile(cacheForOneMinute(reply), PAGE_HERE, { script: KEEP_SCRIPT }),
  )
  app.get(KEEP_SCRIPT, { config: { cachedBy: [] } }, async (_request, reply) =>
    cacheForOneMinute(reply).type('text/javascript; charset=utf-8').send(SCRIPT),
  )
  app.register(ownKeptRoutes, site)
}

const change = lenientForm({
  do: z.enum(['keep', 'remove']).catch('remove'),
  paper: numberField(),
  page: numberField(1),
})
const shown = z.object({ page: numberField(1), removed: numberField() })

/** Behind the address that a subscriber got with the first kept paper. */
const ownKeptRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  app.addHook('onRequest', markPrivate)
  const limited = { config: { slots: 'search' as const } }

  app.get(
    '/kept/:token',
    { schema: { ...withToken, querystring: shown }, ...limited },
    async ({ params: { token }, query }, reply) => {
      const subscriber = await openAddress(deps, token, 'kept')
      return pages.sendFile(reply, PAGE, await keptPageView(deps, { subscriber, token, ...query }))
    },
  )

  app.post('/kept/:token', { schema: { ...withToken, body: change }, ...limited }, async (request, reply) => {
    const { token } = request.params
    const { do: action, paper: paperId, page } = request.body
    await withKeptPage(deps, token, async ({ db, clock }, { id: subscriberId }) => {
      if (action === 'remove') return removePaper(db, { subscriberId, paperId }, clock.now())
      await restorePaper(db, { subscriberId, paperId })
    })
    const query = new URLSearchParams({
      ...(page > 1 && { page: String(page) }),
      ...(action === 'remove' && { removed: String(paperId) }),
    })
    return reply.redirect(`/kept/${token}${query.size > 0 ? `?${query}` : ''}`, 303)
  })

  for (const format of Object.keys(CITATION_TYPES) as CitationFormat[])
    app.get(
      `/kept/:token.${format}`,
      { schema: withToken, ...limited },
      async ({ params: { token } }, reply) => {
        const { id } = await openAddress(deps, token, 'kept')
        const kept = await keptPapers(deps.db, id)
        const papers = await papersById(
          deps.db,
          kept.map(({ paperId }) => paperId),
        )
        const whys = new Map(kept.map(({ paperId, why }) => [paperId, why]))
        const cited = papers.map((paper) => {
          const why = whys.get(paper.id)
          return { paper, note: why ? reasonText(why) : '' }
        })
        const text = await citationList(format, cited, deps.config.BASE_URL)
        return reply
          .header('content-disposition', `attachment; filename="kept.${format}"`)
          .type(CITATION_TYPES[format])
          .send(text)
      },
    )
}
