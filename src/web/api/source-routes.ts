import { type SourceDayStatus, type SourceStatus, sourceStatus } from '../../operator/source-status.ts'
import { cacheForOneMinute } from '../conditional-response.ts'
import type { Site } from '../pages.ts'
import { type Api, iso, publicOperation } from './operation.ts'
import { faults } from './schemas/faults.ts'
import { sourceQuery, sources } from './schemas/papers.ts'

/** The state of each source on each day. */
export function addApiSourceRoutes(api: Api, { deps }: Site): void {
  const schema = {
    ...publicOperation('papers', 'listSourceDays', 'Where papers come from, and the state of each day'),
    querystring: sourceQuery,
    response: { 200: sources, ...faults(422) },
  }
  api.get('/api/source-days', { schema }, async ({ query }, reply) =>
    cacheForOneMinute(reply).send(await loadSources(deps, query)),
  )
}

/** The newest day is first. */
export async function loadSources(deps: Site['deps'], { days }: { days: number }) {
  return { items: (await sourceStatus(deps, { days })).map(jsonOfSource) }
}

const jsonOfSource = ({ newestFetch, nextTry, days, ...source }: SourceStatus) => ({
  ...source,
  newestFetch: iso(newestFetch),
  nextTry: iso(nextTry),
  days: days.map(jsonOfSourceDay),
})

const jsonOfSourceDay = ({ fetchedAt, cameAt, nextTry, closedAt, ...day }: SourceDayStatus) => ({
  ...day,
  fetchedAt: iso(fetchedAt),
  cameAt: iso(cameAt),
  nextTry: iso(nextTry),
  closedAt: iso(closedAt),
})
