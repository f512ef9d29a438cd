import type pg from 'pg'
import type { Day } from '../../src/core/dates.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { arxivPapers } from '../support/archived-papers.ts'
import { recordedPapers } from '../support/recorded-papers.ts'
import { recombined } from './search-corpus.ts'

interface Options {
  count: number
  perDay: number
  lastDay: Day
}

/** So many papers up to a day, recombined from real ones of arXiv and Hugging Face as `recombined` says. */
export const manyPapers = (options: Options): Paper[] =>
  recombined([...arxivPapers(), ...recordedPapers()], options)

/** As `papers import` takes them from a file. */
export const asEntries = (papers: readonly Paper[]): object[] =>
  papers.map(({ title, abstract, authors, categories, votes, arxivId }) => ({
    ...{ id: `arxiv:${arxivId}`, title, summary: abstract, authors, categories, votes },
  }))

const AT_ONCE = 3000

/** Stores papers as an ingest would leave them, each listed on its first day, in a few statements. */
export async function storePapers(client: pg.Client, papers: readonly Paper[]): Promise<void> {
  for (let from = 0; from < papers.length; from += AT_ONCE) {
    const rows = papers.slice(from, from + AT_ONCE).map((paper) => ({
      ...{ id: paper.id, title: paper.title, abstract: paper.abstract, authors: paper.authors },
      ...{ categories: paper.categories, keywords: paper.keywords, organization: paper.organization },
      ...{ code_url: paper.codeUrl, first_day: paper.firstDay, arxiv: paper.arxivId, votes: paper.votes },
    }))
    await client.query(STORE, [JSON.stringify(rows)])
  }
  await client.query(`select setval(pg_get_serial_sequence('paper', 'id'), (select max(id) from paper))`)
  await client.query('analyze paper, listing, paper_key')
}

const STORE = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as p(id int, title text, abstract text, authors text[],
      categories text[], keywords text[], organization text, code_url text, first_day date, arxiv text, votes int)),
  stored as (
    insert into paper (id, title, abstract, authors, categories, keywords, organization, code_url, first_day, first_seen, updated_at)
    select id, title, abstract, authors, categories, keywords, organization, code_url, first_day, first_day, first_day from given),
  named as (insert into paper_key (scheme, value, paper_id) select 'arxiv', arxiv, id from given)
  insert into listing (source, day, paper_id, votes, first_seen, updated_at)
  select 'arxiv:cs', first_day, id, votes, first_day, first_day from given`
