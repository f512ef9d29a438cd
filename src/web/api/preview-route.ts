import { jsonOfTopicPreview } from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { readTopics } from '../../subscribers/read-signup.ts'
import type { Site } from '../pages.ts'
import { preparseTopics } from '../request.ts'
import { type Api, publicOperation } from './operation.ts'
import { BODY_FAULTS, faults } from './schemas/faults.ts'
import { preview, previewBody } from './schemas/previews.ts'

/** What a query would have matched. The form's own POST /preview has the same request and response. */
export function addPreviewRoute(api: Api, { deps }: Site): void {
  const schema = {
    ...publicOperation(
      'papers',
      'previewQuery',
      'What a query would have matched recently, and how to improve it',
    ),
    body: previewBody,
    response: { 200: preview, ...faults(429, ...BODY_FAULTS) },
  }
  api.post('/api/preview', { schema }, async (request, reply) => {
    const { query, days, others } = request.body
    const tested = await withSearchSlot(deps, request, [query, ...others], async (spend) => {
      await preparseTopics(others, spend)
      const besides = readTopics({ topics: others })
      return previewTopics(deps, { queries: [query], days, others: besides, spend })
    })
    return reply.send(jsonOfTopicPreview(tested, tested.topics[0]!))
  })
}
