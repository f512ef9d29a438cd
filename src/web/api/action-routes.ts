import { z } from 'zod'
import { recentActions } from '../../core/action.repo.ts'
import { cachedDailyFigures } from '../../operator/cached-daily-figures.ts'
import type { Site } from '../pages.ts'
import { idNumber, pageOf, readCursor, writeCursor } from './cursor.ts'
import { type Api, operatorFaults, operatorOperation } from './operation.ts'
import { actionQuery, actions, figureQuery, figures } from './schemas/operator.ts'
import { sourceQuery, sources } from './schemas/papers.ts'
import { loadSources } from './source-routes.ts'

/** The log of the operator's actions, figures by day, and the state of sources. */
export function addApiActionRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...operatorOperation('operation', 'listActions', 'Operator log, newest first'),
    querystring: actionQuery,
    response: { 200: actions, ...operatorFaults(422) },
  }
  api.get('/api/actions', { schema: listed }, async ({ query: { limit, cursor } }) => {
    const list = { name: 'actions', filters: {}, values: z.tuple([idNumber]) }
    const [before] = cursor ? readCursor(list, cursor) : []
    const { shown, last } = pageOf(await recentActions(deps.db, { limit: limit + 1, before }), limit)
    const items = shown.map(({ at, subscriberId, ...action }) => ({
      ...action,
      at: at.toISOString(),
      subscriber: subscriberId || null,
    }))
    return { items, next: last ? writeCursor(list, [last.id]) : null }
  })

  const counted = {
    ...operatorOperation('operation', 'listFigures', 'Subscribers and emails by day (UTC), oldest first'),
    querystring: figureQuery,
    response: { 200: figures, ...operatorFaults(422) },
  }
  api.get('/api/figures', { schema: counted }, async ({ query }) => ({
    items: await cachedDailyFigures(deps, query),
  }))

  const shown = {
    ...operatorOperation('operation', 'listSources', 'The sources and their days'),
    querystring: sourceQuery,
    response: { 200: sources, ...operatorFaults(422) },
  }
  api.get('/api/sources', { schema: shown }, ({ query }) => loadSources(deps, query))
}
