import { MAX_SILENCE_MS } from '../../core/database/connection.ts'
import { type Database, openDatabase } from '../../core/database/database.ts'
import { silentLog } from '../../core/log.ts'
import { newestPapers, type PaperCursor } from '../../papers/paper.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { hideAvailability } from '../text/availability.ts'
import { tokensOf } from '../text/tokens.ts'
import { type Kind, LEARNED_KINDS } from './learned-kinds.ts'
import { saveLearned } from './learned-models.repo.ts'

export interface LearnInput {
  databaseUrl: string
  kinds: readonly Kind[]
  /** Stored with the models. */
  learnedAt: Date
  papers: number
}

/** As many as are in memory for searches. */
const MAX_PAPERS = 200_000
const BATCH_SIZE = 1000

/** Runs in the thread of learn.ts: reads the papers, and stores what each kind learns from them. */
export default async ({ databaseUrl, kinds, learnedAt, papers }: LearnInput): Promise<void> => {
  const { db, close } = openDatabase(databaseUrl, silentLog, { connections: 1, maxSilenceMs: MAX_SILENCE_MS })
  try {
    const learners = kinds.map((kind) => ({ kind, learner: LEARNED_KINDS[kind].startLearning() }))
    for await (const { title, abstract, keywords, firstDay } of readPapers(db)) {
      const paper = {
        title: tokenized(title),
        abstract: tokenized(abstract, hideAvailability),
        keywords: keywords.map((keyword) => tokenized(keyword)),
        firstDay,
      }
      for (const { learner } of learners) learner.add(paper)
    }
    for (const { kind, learner } of learners)
      await saveLearned(db, { kind, learnedAt, papers, data: learner.finish() })
  } finally {
    await close()
  }
}

function tokenized(source: string, read = (text: string) => text) {
  const text = read(plainText(source))
  return { text, tokens: tokensOf(text) }
}

async function* readPapers(db: Database): AsyncGenerator<Paper> {
  let after: PaperCursor | undefined
  for (let read = 0; read < MAX_PAPERS; read += BATCH_SIZE) {
    const papers = await newestPapers(db, { after, limit: BATCH_SIZE })
    yield* papers
    if (papers.length < BATCH_SIZE) return
    after = papers.at(-1)
  }
}
