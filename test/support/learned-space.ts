import type { Database } from '../../src/core/database/database.ts'
import { saveLearned } from '../../src/queries/learned/learned-models.repo.ts'
import type { LatentSpace } from '../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../src/queries/ranking/learn-space.ts'
import { wordCounts } from '../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../src/queries/text/tokens.ts'
import { samplePaper } from './sample-paper.ts'

/** In a space of these titles, cars and automobiles are near. They and cells have no word in common. */
export const CARS_AND_CELLS = [
  ...['car engine road', 'automobile engine road', 'car road wheel', 'automobile wheel engine'],
  ...['protein cell gene', 'enzyme cell gene', 'protein gene tissue', 'automobile'],
]

export function spaceOf(titles: readonly string[]): LatentSpace {
  const learner = new SpaceLearner()
  for (const title of titles) learner.add(wordCounts(toPaperText(samplePaper({ title }))))
  return learner.learn({ dimensions: 2, minPapers: 1 })
}

/** Stores a space of cars and cells. */
export async function learnSpace(db: Database): Promise<void> {
  const data = spaceOf(CARS_AND_CELLS).encode()
  await saveLearned(db, {
    kind: 'space',
    learnedAt: new Date('2026-11-23T03:00:00Z'),
    papers: 300,
    data,
  })
}

/** Papers of an earlier day, from which the archive knows what "car engine" is about … */
export const CARS = Array.from({ length: 3 }, (_, i) => `Car engine ${i}`)
/** … and enough papers on something else for a day on which one may match and one more be close. */
export const CELLS = Array.from({ length: 30 }, (_, i) => `Protein cell gene ${i}`)
