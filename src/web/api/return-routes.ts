import { z } from 'zod'
import { newestReturns } from '../../bounces/returned-list.repo.ts'
import { jsonOfReturn } from '../../operator/message-json.ts'
import type { Site } from '../site.ts'
import { at, cursorOf, number, pageOf, placeIn } from './cursor.ts'
import { returnQuery, returns } from './schemas/operation.ts'
import { type Api, closed, operatorFaults } from './scope.ts'

/** What came back of mails. */
export function addReturnRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...closed('messages', 'listReturns', 'Bounces and complaints, newest first'),
    querystring: returnQuery,
    response: { 200: returns, ...operatorFaults(422) },
  }
  api.get('/api/returns', { schema: listed }, async ({ query: { limit, cursor, ...filters } }) => {
    const list = { name: 'returns', filters, place: z.tuple([at, number, z.int().min(0)]) }
    const [instant, reportId, n] = cursor ? placeIn(list, cursor) : []
    const after = instant && { at: instant, reportId: reportId!, n: n! }
    const found = await newestReturns(deps.db, { ...filters, after, most: limit + 1 })
    const { shown, last } = pageOf(found, limit)
    const next = last ? cursorOf(list, [last.at.toISOString(), last.reportId, last.n]) : null
    return { items: shown.map(jsonOfReturn), next }
  })
}
