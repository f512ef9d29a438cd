import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { rankAll } from '../../../src/search/rank-papers.ts'

/** Topics that no recorded paper is about, although each of most of the words is in some. */
const ABSENT_TOPICS = [
  'dark matter halos',
  'crop rotation',
  'Byzantine law',
  'coral reef bleaching',
  'volcanic ash clouds',
  'medieval trade routes',
  'knee replacement surgery',
  'bird migration',
  'wine fermentation',
  'collective bargaining',
  'Baroque church organs',
  'sediment transport in rivers',
]

export interface MeasuredAbsent {
  archive: string
  papers: number
  topics: { topic: string; matched: number; related: number }[]
}

export const measureAbsent = (name: string, archive: Archive): MeasuredAbsent => ({
  archive: name,
  papers: archive.index.size,
  topics: ABSENT_TOPICS.map((topic) => {
    const ranked = rankAll(archive, parseQuery(topic))
    return {
      topic,
      matched: ranked.filter(({ matched }) => matched).length,
      related: ranked.filter(({ related }) => related).length,
    }
  }),
})
