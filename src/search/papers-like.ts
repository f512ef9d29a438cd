import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { likeness, type Vector } from '../queries/ranking/profile.ts'
import { type ProposedTopic, proposeTopic } from '../queries/ranking/propose-topic.ts'
import { vectorOfText } from '../queries/ranking/tf-idf.ts'
import { readPaper } from '../queries/text/paper-text.ts'
import type { Spend } from './in-turns.ts'
import { openAtHand } from './open-newest.ts'
import { MAX_DAYS } from './recent-window.ts'
import { timed } from './search-slot.ts'

export interface PapersLike {
  /** Most like it first; those alone that share what they are about. */
  papers: Paper[]
  /** A topic that brings papers like it, and how many it would have brought in the last days. */
  topic: (ProposedTopic & { days: number }) | null
}

const MOST = 8
/** So many tell which phrases papers like it share. */
const MAX_ASKED = 30
/** The cosine of what two papers are about: below it they share no more than words of their field. */
const MIN_LIKENESS = 0.1

/** Papers like one, which may be older than those in memory; none while the first ones are read in. */
export async function papersLike(deps: Deps, paper: Paper, spend: Spend): Promise<PapersLike> {
  const archive = await openAtHand(deps)
  // Up to the next await: the archive goes on.
  const known =
    remembered(archive, paper.id) ?? timed(spend, () => worked(archive, paper, dayOf(deps.clock.now())))
  remember(archive, paper.id, known)
  return {
    papers: await papersById(deps.db, known.ids, { withWithdrawn: false }),
    topic: known.topic && { ...known.topic, days: MAX_DAYS },
  }
}

interface Like {
  ids: number[]
  topic: ProposedTopic | null
}

function worked(archive: Archive, paper: Paper, today: string): Like {
  const text = readPaper(paper)
  const { slots: papers } = archive.index
  const vector = vectorOfText(text, { papers, papersWith: (key) => archive.papersWith(key) })
  const like = archive.like(vector, { most: MAX_ASKED, except: [paper.id] }).map(({ id }) => id)
  const days = { from: addDays(today, 1 - MAX_DAYS), to: today }
  return {
    ids: like.slice(0, MOST).filter((id) => isLike(archive, vector, id)),
    topic: proposeTopic(archive, text, { like, days }),
  }
}

const isLike = (archive: Archive, vector: Vector, id: number): boolean =>
  likeness(vector, archive.vectorOf(id)!) >= MIN_LIKENESS

// What was worked out for papers that people look at, until other papers come.
const known = new WeakMap<Archive, { version: number; papers: Map<number, Like> }>()
const MAX_CACHED = 1000

const remembered = (archive: Archive, id: number): Like | undefined => {
  const kept = known.get(archive)
  return kept?.version === archive.index.version ? kept.papers.get(id) : undefined
}

function remember(archive: Archive, id: number, like: Like): void {
  const { version } = archive.index
  const kept = known.get(archive)
  if (kept?.version === version && kept.papers.size < MAX_CACHED) kept.papers.set(id, like)
  else known.set(archive, { version, papers: new Map([[id, like]]) })
}
