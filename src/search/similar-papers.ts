import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { cosineSimilarity, type Vector } from '../queries/ranking/profile.ts'
import { type ProposedTopic, proposeTopic } from '../queries/ranking/propose-topic.ts'
import { vectorOfText } from '../queries/ranking/tf-idf.ts'
import { toPaperText } from '../queries/text/paper-text.ts'
import { openAvailableArchive } from './open-newest-archive.ts'
import { MAX_DAYS } from './recent-window.ts'
import { timed } from './search-slot.ts'
import type { Spend } from './yield-to-event-loop.ts'

export interface SimilarPapers {
  /** Most like it first; those alone that share what they are about. */
  papers: Paper[]
  /** A topic that brings papers like it, and how many it would have brought in the last days. */
  topic: (ProposedTopic & { days: number }) | null
}

const MAX_PAPERS = 8
/** So many tell which phrases papers like it share. */
const MAX_ASKED = 30
/** The cosine of what two papers are about: below it they share no more than words of their field. */
const MIN_LIKENESS = 0.1

/** Papers like one, which may be older than those in memory; none while the first ones are read in. */
export async function similarPapers(deps: Deps, paper: Paper, spend: Spend): Promise<SimilarPapers> {
  const archive = await openAvailableArchive(deps)
  // Up to the next await: the archive goes on.
  const known =
    cachedSimilar(archive, paper.id) ??
    timed(spend, () => findSimilar(archive, paper, dayOf(deps.clock.now())))
  cacheSimilar(archive, paper.id, known)
  return {
    papers: await papersById(deps.db, known.ids, { withWithdrawn: false }),
    topic: known.topic && { ...known.topic, days: MAX_DAYS },
  }
}

interface SimilarIds {
  ids: number[]
  topic: ProposedTopic | null
}

function findSimilar(archive: Archive, paper: Paper, today: string): SimilarIds {
  const text = toPaperText(paper)
  const { docCount: papers } = archive.index
  const vector = vectorOfText(text, { papers, documentFrequency: (key) => archive.documentFrequency(key) })
  const similar = archive.similarTo(vector, { most: MAX_ASKED, except: [paper.id] }).map(({ id }) => id)
  const days = { from: addDays(today, 1 - MAX_DAYS), to: today }
  return {
    ids: similar.slice(0, MAX_PAPERS).filter((id) => isSimilar(archive, vector, id)),
    topic: proposeTopic(archive, text, { similarIds: similar, days }),
  }
}

const isSimilar = (archive: Archive, vector: Vector, id: number): boolean =>
  cosineSimilarity(vector, archive.vectorOf(id)!) >= MIN_LIKENESS

// What was worked out for papers that people look at, until other papers come.
const known = new WeakMap<Archive, { version: number; papers: Map<number, SimilarIds> }>()
const MAX_CACHED = 1000

const cachedSimilar = (archive: Archive, id: number): SimilarIds | undefined => {
  const kept = known.get(archive)
  return kept?.version === archive.index.version ? kept.papers.get(id) : undefined
}

function cacheSimilar(archive: Archive, id: number, similar: SimilarIds): void {
  const { version } = archive.index
  const kept = known.get(archive)
  if (kept?.version === version && kept.papers.size < MAX_CACHED) kept.papers.set(id, similar)
  else known.set(archive, { version, papers: new Map([[id, similar]]) })
}
