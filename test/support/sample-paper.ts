import type { Paper } from '../../src/papers/paper.ts'

/** A paper with the given facts; all else is empty. */
export const samplePaper = (facts: Partial<Paper> = {}): Paper => ({
  id: 1,
  title: 'A title',
  abstract: '',
  authors: [],
  categories: [],
  keywords: [],
  organization: null,
  codeUrl: null,
  codeStars: null,
  projectUrl: null,
  summary: null,
  publishedAt: null,
  arxivId: null,
  doi: null,
  firstDay: '2026-11-24',
  onlyRevised: false,
  revisedDay: null,
  votes: null,
  comments: null,
  ...facts,
})
