import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { jsonOfTopicPreview, type PreviewPaperJson } from '../../digests/preview/preview-json.ts'
import { type PreviewInput, previewTopics } from '../../digests/preview/preview-topics.ts'
import { count, day, query, wholeNumber } from '../../operator/operations/fields.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { toolOf } from './tool.ts'

const previewedPaper = z.object({
  id: z.string(),
  title: z.string(),
  day,
  votes: count.nullable(),
  reason: z.string().nullable(),
})

/** What a query would have matched. */
const topicPreview = z.object({
  query: z.string(),
  understood: z.string(),
  from: day,
  to: day,
  total: count.describe('The papers of these days that it matches'),
  relatedTotal: count.nullable().describe('Those that come close; null if they were not counted'),
  width: z
    .enum(['narrow', 'fits', 'wide'])
    .describe('narrow: less than one a week; wide: more than an email holds'),
  latest: z.array(previewedPaper),
  related: z.array(previewedPaper),
  offers: z.array(z.object({ query: z.string(), papers: count })).describe('Queries that match more papers'),
  absent: z.array(z.string()).describe('Words of the query that no paper of these days has'),
})

/** Throws query.*. */
async function previewOf(deps: Deps, input: PreviewInput): Promise<z.infer<typeof topicPreview>> {
  const preview = await previewTopics(deps, input)
  const all = jsonOfTopicPreview(preview, preview.topics[0]!)
  const { query, understood, from, to, total, relatedTotal, width, offers, absent } = all
  const shown = (papers: readonly PreviewPaperJson[]) =>
    papers.map(({ id, title, day, votes, reason }) => ({ id, title, day, votes, reason }))
  return {
    query,
    understood,
    from,
    to,
    total,
    relatedTotal,
    width,
    latest: shown(all.latest),
    related: shown(all.related),
    offers: offers.map(({ query, papers }) => ({ query, papers })),
    absent,
  }
}

export const previewTopic = toolOf({
  name: 'preview_topic',
  title: 'Preview a topic',
  description:
    'How many papers of the last days a query would have matched, whether it is too narrow or too wide for a daily email, the latest of them, and queries that match more. Use it before you suggest a topic. It takes the same language as search_papers.',
  input: z.strictObject({
    query,
    days: wholeNumber(MAX_DAYS).default(MAX_DAYS).describe('How many days up to today (UTC)'),
  }),
  output: topicPreview,
  run: ({ deps, searcher }, { query, days }) =>
    forVisitor(deps, searcher, (deps) => previewOf(deps, { queries: [query], days })),
})
