import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { firstText } from '../request.ts'
import { feedPath, searchPath } from './search-paths.ts'

const PAGES = {
  '/rss': feedPath('xml'),
  '/feed': feedPath('xml'),
  '/atom.xml': feedPath('xml'),
  '/week': '/papers/week',
  '/month': '/papers/month',
  '/trending': '/papers/trending',
}

/** Where people look for a page or a feed. */
export const GUESSED_ADDRESSES = [...Object.keys(PAGES), '/search']

/** Leads each to its page. */
export const guessedAddresses: FastifyPluginAsyncZod = async (app) => {
  for (const [guessed, path] of Object.entries(PAGES))
    app.get(guessed, async (_request, reply) => reply.redirect(path, 301))
  const asked = { querystring: z.object({ q: firstText }) }
  app.get('/search', { schema: asked }, async ({ query: { q } }, reply) =>
    reply.redirect(searchPath({ query: q }), 301),
  )
}
