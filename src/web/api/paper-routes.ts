import { z } from 'zod'
import { FieldReader } from '../../core/errors.ts'
import { idNumber, readCursor, writeCursor } from '../../operator/operations/cursor.ts'
import { day } from '../../operator/operations/fields.ts'
import { paperNameOf, paperPathOf } from '../../papers/paper-key.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { reasonSentence } from '../../queries/reasons/shown-paper.ts'
import { loadPaperByName } from '../../search/load-day-page.ts'
import type { FoundPaper } from '../../search/loaded-papers.ts'
import { searchPapers } from '../../search/search-papers.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import type { Spend } from '../../search/yield-to-event-loop.ts'
import { cacheForOneMinute } from '../conditional-response.ts'
import type { Site } from '../pages.ts'
import { type Api, publicOperation } from './operation.ts'
import { faults } from './schemas/faults.ts'
import { paper, paperParams, paperQuery, papers } from './schemas/papers.ts'

type PaperJson = z.output<typeof paper>

/** Papers by day, by query and by name. */
export function addApiPaperRoutes(api: Api, { deps }: Site): void {
  const { BASE_URL } = deps.config
  const listed = {
    ...publicOperation(
      'papers',
      'listPapers',
      'Papers of a day, papers that match a query, or all papers, newest first',
    ),
    querystring: paperQuery,
    response: { 200: papers, ...faults(422, 429) },
  }
  api.get('/api/papers', { schema: listed }, async (request, reply) => {
    const { date, q, limit, cursor } = request.query
    const list = { name: 'papers', filters: { date, q }, values: z.tuple([day, idNumber]) }
    const [firstDay, id] = cursor ? readCursor(list, cursor) : []
    const after = firstDay && id ? { firstDay, id } : undefined
    const search = async (spend?: Spend) => ({
      understood: q === undefined ? null : understoodAs(q),
      ...(await searchPapers(deps, { query: q, day: date, after, limit, spend })),
    })
    const { found, next, understood } =
      q === undefined ? await search() : await withSearchSlot(deps, request, [q], search)
    return cacheForOneMinute(reply).send({
      items: found.map((one) => jsonOfFoundPaper(BASE_URL, one)),
      next: next && writeCursor(list, [next.firstDay, next.id]),
      understood,
    })
  })

  const shown = {
    ...publicOperation('papers', 'showPaper', 'One paper, by its name in paths'),
    params: paperParams,
    response: { 200: paper, ...faults(404) },
  }
  api.get('/api/papers/:id', { schema: shown }, async ({ params }, reply) => {
    const found = await loadPaperByName(deps, { name: params.id })
    return cacheForOneMinute(reply).send(jsonOfFoundPaper(BASE_URL, { paper: found, reason: null }))
  })
}

/** Throws FieldFaults: q. */
function understoodAs(q: string): string {
  const fields = new FieldReader()
  const text = fields.read('q', '', () => describeQuery(parseQuery(q)))
  fields.finish()
  return text
}

function jsonOfFoundPaper(baseUrl: string, { paper, reason }: FoundPaper): PaperJson {
  const { title, abstract, authors, firstDay, votes, comments, categories, keywords, organization } = paper
  return {
    id: paperNameOf(paper),
    title: plainText(title),
    summary: plainText(abstract),
    authors: authors.map(plainText),
    day: firstDay,
    ...{ votes, comments, categories, keywords, organization },
    published: paper.publishedAt?.toISOString() ?? null,
    reason: reason && reasonSentence(reason),
    links: {
      self: `${baseUrl}/api/papers/${encodeURIComponent(paperNameOf(paper))}`,
      page: `${baseUrl}${paperPathOf(paper)}`,
      code: paper.codeUrl,
      project: paper.projectUrl,
    },
  }
}
