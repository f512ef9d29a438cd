import { z } from 'zod'
import { recentActions } from '../../core/action.repo.ts'
import { recentFigures } from '../../operator/recent-figures.ts'
import type { Site } from '../site.ts'
import { cursorOf, number, pageOf, placeIn } from './cursor.ts'
import { actionQuery, actions, figureQuery, figures } from './schemas/operation.ts'
import { sourceQuery, sources } from './schemas/papers.ts'
import { type Api, closed, operatorFaults } from './scope.ts'
import { sourcesOf } from './source-routes.ts'

/** What the operator did, what it came to day by day, and where papers come from. */
export function addActionRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...closed('operation', 'listActions', 'Operator log, newest first'),
    querystring: actionQuery,
    response: { 200: actions, ...operatorFaults(422) },
  }
  api.get('/api/actions', { schema: listed }, async ({ query: { limit, cursor } }) => {
    const list = { name: 'actions', filters: {}, place: z.tuple([number]) }
    const [before] = cursor ? placeIn(list, cursor) : []
    const { shown, last } = pageOf(await recentActions(deps.db, { limit: limit + 1, before }), limit)
    const items = shown.map(({ at, subscriberId, ...action }) => ({
      ...action,
      at: at.toISOString(),
      subscriber: subscriberId || null,
    }))
    return { items, next: last ? cursorOf(list, [last.id]) : null }
  })

  const counted = {
    ...closed('operation', 'listFigures', 'Subscribers and emails by day (UTC), oldest first'),
    querystring: figureQuery,
    response: { 200: figures, ...operatorFaults(422) },
  }
  api.get('/api/figures', { schema: counted }, async ({ query }) => ({
    items: await recentFigures(deps, query),
  }))

  const shown = {
    ...closed('operation', 'listSources', 'The sources and their days'),
    querystring: sourceQuery,
    response: { 200: sources, ...operatorFaults(422) },
  }
  api.get('/api/sources', { schema: shown }, ({ query }) => sourcesOf(deps, query))
}
