import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { count, day, query, wholeNumber } from '../../operator/operations/fields.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperNameOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { reasonSentence } from '../../queries/reasons/reason-text.ts'
import { forVisitor, unlessRefused } from '../../search/for-visitor.ts'
import {
  loadPaperByName,
  loadPaperList,
  loadTrendingList,
  newestListedDay,
  type PaperList,
} from '../../search/load-paper-list.ts'
import { searchArchive } from '../../search/search-archive.ts'
import { similarPapers } from '../../search/similar-papers.ts'
import { parseSpan } from '../../search/spans.ts'
import { jsonOfListed, jsonOfShown, jsonOfWhole, listedPaper, wholePaper } from './paper-json.ts'
import { toolOf } from './tool.ts'

const MAX_PAGE = 1000
const MAX_NAME = 300
const MAX_SHOWN_NAME = 40

const page = wholeNumber(MAX_PAGE).default(1).describe('From 1, up to `pages` of the result')
export const paperId = z
  .string({ error: 'the id of one paper, such as 2507.06457' })
  .min(1, 'the id of one paper, such as 2507.06457')
  .max(MAX_NAME, `an id of up to ${MAX_NAME} characters`)
  .describe('The `id` of a list, such as 2507.06457 or doi:10.1000/1')

const order = <const T extends [string, ...string[]]>(orders: T) =>
  z.enum(orders, { error: orders.join(', ') })

const listResult = {
  count: count.describe('On all pages'),
  page: count,
  pages: count,
  papers: z.array(listedPaper),
}

/** The fault for a page beyond the last one, instead of the site's page about it. */
async function withPages<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Fault) || !['page.not-found', 'search.page'].includes(error.code)) throw error
    throw new Fault('request.wrong-type', { field: 'page', takes: 'a number from 1 to `pages` of page 1' })
  }
}

const searchTool = toolOf({
  name: 'search_papers',
  title: 'Search papers',
  description:
    'Searches the papers of this site. Words, "phrases", AND, OR, NOT, brackets, and the fields title: abstract: author: cat: keyword: org: has:code votes>=20 paper:. Words match in any inflection. Results have the reason why each paper matches; `offers` are queries that find more, and `related` papers come close without matching.',
  input: z.strictObject({
    query,
    order: order(['best', 'newest', 'votes']).default('best'),
    page,
  }),
  output: z.object({
    query: z.string().describe('The query that was searched: the typed one, or with its spelling corrected'),
    understood: z.string(),
    ...listResult,
    related: z.array(listedPaper),
    offers: z.array(z.object({ query: z.string(), papers: count })),
    searched: count.describe('How many papers were searched'),
    since: day.nullable().describe('The oldest day searched; null if all papers were searched'),
  }),
  async run({ deps, searcher }, asked) {
    const { config } = deps
    const found = await forVisitor(deps, searcher, (deps) =>
      withPages(() => searchArchive(deps, { ...asked, selection: {} })),
    )
    const others = [found.spelling, found.nothing?.sentence, found.nothing?.without]
    const nearest = found.nothing?.nearest ?? []
    return {
      query: found.query,
      understood: found.understood,
      count: found.count,
      page: found.page,
      pages: found.pages,
      papers: found.found.map(({ paper, reason }) =>
        jsonOfListed(config, paper, reason && reasonSentence(reason)),
      ),
      related: [...found.close, ...nearest].map((paper) => jsonOfShown(config, paper)),
      offers: others.flatMap((one) => (one ? [{ query: one.query, papers: one.papers }] : [])),
      searched: found.searched,
      since: found.backTo,
    }
  },
})

const paperTool = toolOf({
  name: 'get_paper',
  title: 'Get a paper',
  description: 'One paper with its abstract, and papers on this site that are similar to it.',
  input: z.strictObject({ id: paperId }),
  output: z.object({
    paper: wholePaper,
    similar: z.array(z.object({ id: z.string(), title: z.string() })),
  }),
  run: ({ deps, searcher }, { id }) =>
    forVisitor(deps, searcher, async (deps) => {
      const paper = await loadKnownPaper(deps, id)
      const similar: Paper[] = []
      await unlessRefused(async () => void similar.push(...(await similarPapers(deps, paper)).papers))
      return {
        paper: jsonOfWhole(deps.config, paper),
        similar: similar.map((one) => ({ id: paperNameOf(one), title: plainTextsOf(one).title })),
      }
    }),
})

/** Throws paper.unknown and paper.not-here. */
export async function loadKnownPaper(deps: Deps, name: string) {
  try {
    return await loadPaperByName(deps, { name })
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'page.not-found') throw error
    throw new Fault('paper.unknown', { name: name.slice(0, MAX_SHOWN_NAME) })
  }
}

const dayTool = toolOf({
  name: 'papers_of_day',
  title: 'Papers of a day',
  description: 'The papers that sources listed on a day, most votes first. Without a day: the newest one.',
  input: z.strictObject({
    day: day.optional(),
    order: order(['votes', 'newest']).default('votes'),
    page,
  }),
  output: z.object({
    day,
    ...listResult,
    previous: day.nullable().describe('The nearest earlier day with papers'),
    next: day.nullable(),
  }),
  run: ({ deps, searcher }, { day: asked, ...choice }) =>
    forVisitor(deps, searcher, async (deps) => {
      const span = parseSpan('day', asked ?? (await newestListedDay(deps)))
      const list = await withPages(() => loadPaperList(deps, { span, withCode: false, ...choice }))
      const [previous, next] = [list.previous?.from ?? null, list.next?.from ?? null]
      return { day: span.from, ...resultOf(deps.config, list), previous, next }
    }),
})

const trendingTool = toolOf({
  name: 'trending',
  title: 'Trending papers',
  description: 'The papers that gained the most votes in the last days, with the number of votes gained.',
  input: z.strictObject({ page }),
  output: z.object({
    days: count.describe('The number of days, up to today'),
    ...listResult,
    papers: z.array(listedPaper.extend({ gained: count })),
  }),
  run: ({ deps, searcher }, { page }) =>
    forVisitor(deps, searcher, async (deps) => {
      const list = await withPages(() => loadTrendingList(deps, { order: 'votes', withCode: false, page }))
      const { days, byPaper } = list.gains!
      const { papers, ...result } = resultOf(deps.config, list)
      const gained = list.papers.map(({ id }) => byPaper.get(id) ?? 0)
      return { days, ...result, papers: papers.map((paper, i) => ({ ...paper, gained: gained[i]! })) }
    }),
})

const resultOf = (site: { BASE_URL: string }, { counts, page, pages, papers }: PaperList) => ({
  count: counts.papers,
  page,
  pages,
  papers: papers.map((paper) => jsonOfListed(site, paper)),
})

export const PAPER_TOOLS = [searchTool, paperTool, dayTool, trendingTool]
