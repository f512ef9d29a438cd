import { z } from 'zod'
import { newestBounces } from '../../bounces/bounce-list.repo.ts'
import { jsonOfReturn } from '../../operator/message-json.ts'
import type { Site } from '../pages.ts'
import { cursorInstant, idNumber, pageOf, readCursor, writeCursor } from './cursor.ts'
import { type Api, operatorFaults, operatorOperation } from './operation.ts'
import { returnQuery, returns } from './schemas/operator.ts'

/** Bounces and complaints. */
export function addApiReturnRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...operatorOperation('messages', 'listReturns', 'Bounces and complaints, newest first'),
    querystring: returnQuery,
    response: { 200: returns, ...operatorFaults(422) },
  }
  api.get('/api/returns', { schema: listed }, async ({ query: { limit, cursor, ...filters } }) => {
    const list = { name: 'returns', filters, values: z.tuple([cursorInstant, idNumber, z.int().min(0)]) }
    const [instant, reportId, n] = cursor ? readCursor(list, cursor) : []
    const after = instant && { at: instant, reportId: reportId!, n: n! }
    const found = await newestBounces(deps.db, { ...filters, after, most: limit + 1 })
    const { shown, last } = pageOf(found, limit)
    const next = last ? writeCursor(list, [last.at.toISOString(), last.reportId, last.n]) : null
    return { items: shown.map(jsonOfReturn), next }
  })
}
