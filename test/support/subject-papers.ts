import type { Database } from '../../src/core/database/database.ts'
import { type Day, midnight } from '../../src/core/dates.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'

const SUBJECTS = ['motor', 'tissue', 'opera', 'glacier', 'harvest', 'lens'] as const
const [WORDS, WORDS_PER_PAPER, PAPERS_PER_DAY] = [24, 9, 60]

/** One of the 24 words of a subject. */
export const wordOf = (subject: (typeof SUBJECTS)[number], word: number): string =>
  `${subject}${'bcdfghjklmnprstvwz'[word % 18]}${'aeiou'[word % 5]}x`

/** Lists sixty papers on six subjects in turn, each with nine words of its subject: a learned space tells these apart. */
export async function addSubjectPapers(db: Database, day: Day, random: () => number): Promise<void> {
  const records = Array.from({ length: PAPERS_PER_DAY }, (_, i) => {
    const subject = SUBJECTS[i % SUBJECTS.length]!
    const words = Array.from({ length: WORDS_PER_PAPER }, () => wordOf(subject, Math.floor(random() * WORDS)))
    const title = `${words.slice(0, 3).join(' ')} ${day} ${i}`
    const authors = [i % 5 < 3 ? 'Ada Byron' : 'Karl Gauss']
    return { title, abstract: words.slice(3).join(' '), authors, categories: [], keywords: [], keys: [] }
  })
  await recordListings(db, { source: 'huggingface', day, records, now: midnight(day) })
}
