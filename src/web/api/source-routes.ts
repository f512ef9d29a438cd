import { type SourceDayStatus, type SourceStatus, sourceStatus } from '../../operator/source-status.ts'
import { keptShortly } from '../kept-shortly.ts'
import type { Site } from '../site.ts'
import { faults } from './schemas/faults.ts'
import { sourceQuery, sources } from './schemas/papers.ts'
import { type Api, iso, open } from './scope.ts'

/** What became of each source on each day. */
export function addSourceRoutes(api: Api, { deps }: Site): void {
  const schema = {
    ...open('papers', 'listSourceDays', 'Where papers come from, and the state of each day'),
    querystring: sourceQuery,
    response: { 200: sources, ...faults(422) },
  }
  api.get('/api/source-days', { schema }, async ({ query }, reply) =>
    keptShortly(reply).send(await sourcesOf(deps, query)),
  )
}

/** The newest day first. */
export async function sourcesOf(deps: Site['deps'], { days }: { days: number }) {
  return { items: (await sourceStatus(deps, { days })).map(answered) }
}

const answered = ({ newestFetch, nextTry, days, ...source }: SourceStatus) => ({
  ...source,
  newestFetch: iso(newestFetch),
  nextTry: iso(nextTry),
  days: days.map(dayAnswered),
})

const dayAnswered = ({ fetchedAt, cameAt, nextTry, closedAt, ...day }: SourceDayStatus) => ({
  ...day,
  fetchedAt: iso(fetchedAt),
  cameAt: iso(cameAt),
  nextTry: iso(nextTry),
  closedAt: iso(closedAt),
})
