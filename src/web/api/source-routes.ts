import { jsonOfSource, sourceQuery, sources } from '../../operator/operations/source-schemas.ts'
import { sourceStatus } from '../../operator/source-status.ts'
import { cacheForOneMinute } from '../conditional-response.ts'
import type { Site } from '../pages.ts'
import { type Api, publicOperation } from './operation.ts'
import { faults } from './schemas/faults.ts'

/** The state of each source on each day. */
export function addApiSourceRoutes(api: Api, { deps }: Site): void {
  const schema = {
    ...publicOperation('papers', 'listSourceDays', 'Where papers come from, and the state of each day'),
    querystring: sourceQuery,
    response: { 200: sources, ...faults(422) },
  }
  api.get('/api/source-days', { schema }, async ({ query }, reply) =>
    cacheForOneMinute(reply).send({ items: (await sourceStatus(deps, query)).map(jsonOfSource) }),
  )
}
