import { z } from 'zod'
import { FieldReader } from '../../core/field-faults.ts'
import { nameOf, pathOf } from '../../papers/identifiers.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { reasonSentence } from '../../queries/reasons/reason.ts'
import type { FoundPaper } from '../../search/found-papers.ts'
import type { Spend } from '../../search/in-turns.ts'
import { searchPapers } from '../../search/search-papers.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { showPaper } from '../../search/show-papers.ts'
import { keptShortly } from '../kept-shortly.ts'
import type { Site } from '../site.ts'
import { cursorOf, number, placeIn } from './cursor.ts'
import { faults } from './schemas/faults.ts'
import { day } from './schemas/kinds.ts'
import { paper, paperParams, paperQuery, papers } from './schemas/papers.ts'
import { type Api, iso, open } from './scope.ts'

type Answered = z.output<typeof paper>

/** Papers by day and by query, and each by its name. */
export function addPaperRoutes(api: Api, { deps }: Site): void {
  const { BASE_URL } = deps.config
  const listed = {
    ...open(
      'papers',
      'listPapers',
      'Papers of a day, papers that match a query, or all papers, newest first',
    ),
    querystring: paperQuery,
    response: { 200: papers, ...faults(422, 429) },
  }
  api.get('/api/papers', { schema: listed }, async (request, reply) => {
    const { date, q, limit, cursor } = request.query
    const list = { name: 'papers', filters: { date, q }, place: z.tuple([day, number]) }
    const [firstDay, id] = cursor ? placeIn(list, cursor) : []
    const after = firstDay && id ? { firstDay, id } : undefined
    const search = async (spend?: Spend) => ({
      understood: q === undefined ? null : understoodAs(q),
      ...(await searchPapers(deps, { query: q, day: date, after, limit, spend })),
    })
    const { found, next, understood } =
      q === undefined ? await search() : await withSearchSlot(deps, request, [q], search)
    return keptShortly(reply).send({
      items: found.map((one) => answered(BASE_URL, one)),
      next: next && cursorOf(list, [next.firstDay, next.id]),
      understood,
    })
  })

  const shown = {
    ...open('papers', 'showPaper', 'One paper, by its name in paths'),
    params: paperParams,
    response: { 200: paper, ...faults(404) },
  }
  api.get('/api/papers/:id', { schema: shown }, async ({ params }, reply) => {
    const found = await showPaper(deps, { name: params.id })
    return keptShortly(reply).send(answered(BASE_URL, { paper: found, reason: null }))
  })
}

/** Throws FieldFaults: q. */
function understoodAs(q: string): string {
  const fields = new FieldReader()
  const text = fields.read('q', '', () => describeQuery(parseQuery(q)))
  fields.finish()
  return text
}

function answered(baseUrl: string, { paper, reason }: FoundPaper): Answered {
  const { title, abstract, authors, firstDay, votes, comments, categories, keywords, organization } = paper
  return {
    id: nameOf(paper),
    title: plainText(title),
    summary: plainText(abstract),
    authors: authors.map(plainText),
    day: firstDay,
    ...{ votes, comments, categories, keywords, organization },
    published: iso(paper.publishedAt),
    reason: reason && reasonSentence(reason),
    links: {
      self: `${baseUrl}/api/papers/${encodeURIComponent(nameOf(paper))}`,
      page: `${baseUrl}${pathOf(paper)}`,
      code: paper.codeUrl,
      project: paper.projectUrl,
    },
  }
}
