import { words } from '../../i18n/words.ts'
import { searchPath } from './search-paths.ts'

const QUERIES = {
  words: 'linear attention',
  phrase: '"state space" OR mamba',
  not: 'diffusion -image',
  title: 'title:benchmark',
  author: 'author:"Albert Gu"',
  category: 'cat:cs.CL has:code',
  votes: 'agents votes>=20',
  paper: '2507.06457',
}

/** An example of a query, and what it finds. */
export interface SearchExample {
  query: string
  says: string
  path: string
}

export const searchExamples = (): SearchExample[] =>
  Object.entries(QUERIES).map(([kind, query]) => ({
    query,
    says: words.search.examples[kind as keyof typeof QUERIES],
    path: searchPath({ query }),
  }))
