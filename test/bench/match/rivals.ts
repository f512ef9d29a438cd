import pg from 'pg'
import { monotonicMs } from '../../../src/core/clock.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { plainText } from '../../../src/papers/text/plain-text.ts'
import type { Query, TextLeaf } from '../../../src/queries/query.ts'
import { acronymOf } from '../../../src/queries/text/tokens.ts'

const textOf = ({ title, abstract, keywords }: Paper): string =>
  plainText([title, abstract, ...keywords].join(' . '))

/** A loop of regular expressions over subscribers' topics, as a first version would be. Returns milliseconds. */
export function regexLoop(topics: readonly Query[], papers: readonly Paper[]): number {
  const texts = papers.map((paper) => ({ paper, text: textOf(paper) }))
  const tests = topics.map(regexTest)
  const began = monotonicMs()
  let met = 0
  for (const test of tests) for (const { paper, text } of texts) if (test(paper, text)) met++
  if (met === 0) throw new Error('nothing was met')
  return monotonicMs() - began
}

type Test = (paper: Paper, text: string) => boolean

function regexTest(query: Query): Test {
  switch (query.kind) {
    case 'and':
    case 'term':
    case 'or':
    case 'some': {
      const parts = query.parts.map(regexTest)
      if (query.kind === 'and' || query.kind === 'term')
        return (paper, text) => parts.every((part) => part(paper, text))
      if (query.kind === 'or') return (paper, text) => parts.some((part) => part(paper, text))
      return (paper, text) => parts.filter((part) => part(paper, text)).length >= query.least
    }
    case 'not': {
      const part = regexTest(query.part)
      return (paper, text) => !part(paper, text)
    }
    case 'category':
      return ({ categories }) => categories.some((one) => one.startsWith(query.value))
    case 'votes':
      return ({ votes }) => votes !== null && votes >= query.least
    case 'has-code':
      return ({ codeUrl }) => codeUrl !== null
    case 'revised':
      return ({ revisedDay }) => revisedDay !== null
    case 'paper':
      return ({ arxivId }) => arxivId === query.name
    default:
      return wordTest(query)
  }
}

function wordTest({ field, text }: TextLeaf): Test {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[\s-]+/g, '[\\s-]+')
  const expression = new RegExp(`\\b${escaped}(s|es)?\\b`, 'i')
  if (field === 'author') return ({ authors }) => authors.some((name) => expression.test(name))
  if (field === 'title') return ({ title }) => expression.test(title)
  return (_, whole) => expression.test(whole)
}

/** Whether Postgres can say it with a tsquery: words and phrases of any field, and no case. */
export function canSay(query: Query): boolean {
  if (query.kind === 'and' || query.kind === 'or') return query.parts.every(canSay)
  if (query.kind === 'not') return canSay(query.part)
  if (query.kind !== 'word' && query.kind !== 'phrase') return false
  return (
    query.field === 'any' && !query.text.split(/[^\p{L}\p{N}]+/u).some((word) => acronymOf(word) !== null)
  )
}

function tsQuery(query: Query): string {
  if (query.kind === 'and' || query.kind === 'or') {
    return `(${query.parts.map(tsQuery).join(query.kind === 'and' ? ' && ' : ' || ')})`
  }
  if (query.kind === 'not') return `(!! ${tsQuery(query.part)})`
  return `phraseto_tsquery('english', ${pg.escapeLiteral((query as TextLeaf).text)})`
}

export interface ByPostgres {
  ms: number
  /** "query paper" of each match, numbers from 0. */
  pairs: Set<string>
}

/** `@@` of each query over each paper's stored tsvector, in one backend. */
export async function byPostgres(
  client: pg.Client,
  queries: readonly Query[],
  papers: readonly Paper[],
): Promise<ByPostgres> {
  await client.query(`set max_parallel_workers_per_gather = 0; set jit = off;
    drop table if exists bench_paper, bench_query;
    create unlogged table bench_paper (id int, text tsvector);
    create unlogged table bench_query (id int, query tsquery)`)
  await client.query(
    `insert into bench_paper select (ordinality - 1)::int, to_tsvector('english', t)
     from unnest($1::text[]) with ordinality as u(t, ordinality)`,
    [papers.map(textOf)],
  )
  for (let from = 0; from < queries.length; from += 500) {
    const rows = queries.slice(from, from + 500).map((query, i) => `(${from + i}, ${tsQuery(query)})`)
    await client.query(`insert into bench_query values ${rows.join(',')}`)
  }
  await client.query('analyze bench_paper, bench_query')
  const sql = 'from bench_query q join bench_paper p on p.text @@ q.query'
  const began = monotonicMs()
  await client.query(`select count(*) ${sql}`)
  const ms = monotonicMs() - began
  const { rows } = await client.query<{ q: number; p: number }>(`select q.id as q, p.id as p ${sql}`)
  return { ms, pairs: new Set(rows.map(({ q, p }) => `${q} ${p}`)) }
}
