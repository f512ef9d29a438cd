// Whether another library reads what we write to cite: npm run bench -- citations [--papers N] [--json]
// Lists of real papers (TEST_DATA/papers) in each format, read by citation-js: titles, DOIs and years must be unchanged.
// Each name that it reads differently is printed with the cause. --json lists all.
import { parseArgs } from 'node:util'
import { plugins } from '@citation-js/core'
import '@citation-js/plugin-bibtex'
import '@citation-js/plugin-ris'
import type { Paper } from '../../src/papers/paper.ts'
import { plainTextsOf } from '../../src/papers/plain-paper.ts'
import {
  CITATION_FORMATS,
  type CitationFormat,
  citationList,
  citedDoiOf,
  publishedOn,
} from '../../src/web/site/citations.ts'
import { arxivPapers } from '../support/archived-papers.ts'
import { type CslItem, type NameDifference, namesThatDiffer } from '../support/read-names.ts'
import { noTestData } from '../support/test-data.ts'

const INPUTS: Record<CitationFormat, string> = {
  bib: '@bibtex/text',
  ris: '@ris/file',
  'csl.json': '@else/json',
}

type Fact = 'title' | 'DOI' | 'year'

interface Difference {
  fact: Fact
  cause: string
  wrote: string
  read: string
}

interface ReadFormat {
  papers: number
  differences: Difference[]
  people: number
  names: NameDifference[]
}

/** The papers that a list in one format has for another library. */
async function readBack(format: CitationFormat, papers: readonly Paper[]): Promise<ReadFormat> {
  const cited = papers.map((paper) => ({ paper, note: '' }))
  const text = await citationList(format, cited, 'https://papers.example.org')
  const items = plugins.input.chain(text, { forceType: INPUTS[format], generateGraph: false }) as CslItem[]
  return {
    papers: items.length,
    differences: papers.flatMap((paper, i) => differencesIn(paper, items[i])),
    people: papers.reduce((sum, { authors }) => sum + authors.length, 0),
    names: papers.flatMap((paper, i) => namesThatDiffer(plainTextsOf(paper).authors, items[i]?.author)),
  }
}

function differencesIn(paper: Paper, item: CslItem | undefined): Difference[] {
  const facts: Record<Fact, [wrote: string | null, read: unknown]> = {
    title: [plainTextsOf(paper).title, item?.title],
    DOI: [citedDoiOf(paper), item?.DOI],
    year: [publishedOn(paper).slice(0, 4), item?.issued?.['date-parts']?.[0]?.[0]],
  }
  return Object.entries(facts).flatMap(([fact, [wrote, read]]) =>
    String(wrote ?? '') === String(read ?? '')
      ? []
      : [
          {
            fact: fact as Fact,
            cause: causeOf(String(wrote), String(read)),
            wrote: String(wrote),
            read: String(read),
          },
        ],
  )
}

/** CSL has markup where Unicode has signs. */
const causeOf = (wrote: string, read: string): string =>
  read.replace(/<\/?su[bp]>/g, '').normalize('NFKC') === wrote.normalize('NFKC')
    ? 'the library writes raised and lowered signs as markup of CSL'
    : 'other text'

export async function benchCitations(args: string[]): Promise<{ json: unknown; text: string }> {
  const options = { papers: { type: 'string', default: '1000' }, json: { type: 'boolean' } } as const
  const { values } = parseArgs({ args, options })
  const papers = arxivPapers().slice(0, Number(values.papers))
  if (papers.length === 0) return { json: null, text: noTestData('papers') }
  const read: Partial<Record<CitationFormat, ReadFormat>> = {}
  for (const format of CITATION_FORMATS) read[format] = await readBack(format, papers)
  return {
    json: read,
    text: Object.entries(read)
      .map(([format, one]) => textOf(format, papers.length, one))
      .join('\n'),
  }
}

function textOf(format: string, papers: number, read: ReadFormat): string {
  const changed = (fact: Fact) => read.differences.filter((one) => one.fact === fact).length
  const byCause = Object.entries(Object.groupBy(read.names, ({ cause }) => cause))
  return [
    `.${format}: ${read.papers} of ${papers} papers read; changed: ${changed('title')} titles, ${changed('DOI')} DOIs, ${changed('year')} years; ${read.names.length} of ${read.people} names differ`,
    ...read.differences.map(
      ({ fact, cause, wrote, read }) => `  ${fact}, because ${cause}: ${wrote} → ${read}`,
    ),
    ...byCause.flatMap(([cause, names]) => [
      `  ${names!.length} × ${cause}`,
      ...names!.map(({ wrote, read }) => `    ${wrote} → ${read}`),
    ]),
  ].join('\n')
}
