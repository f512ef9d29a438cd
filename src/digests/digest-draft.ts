import type { Day } from '../core/dates.ts'
import type { Vector } from '../queries/ranking/profile.ts'
import type { Recipient } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'
import type { HistoryPoint } from './earlier-digest.repo.ts'
import type { EarlierDigest } from './eligible-range.ts'

export interface ComposeInput {
  recipient: Recipient
  /** Their digests that count. */
  earlier: readonly EarlierDigest[]
  localDate: Day
  /** The highest paper id that may be looked at. */
  maxPaperId: number
  /** The highest id of the papers' history that the shelf knows. */
  history: number
  /** What their last digest knew of it; undefined where no topic can turn. */
  last?: HistoryPoint
  /** What they want more and less of; where they never said, left out. */
  profile?: Vector
  /** Ids of their topics that matched nothing for long. */
  dry?: ReadonlySet<number>
  sources: string
  now: Date
}

export interface DigestDraft {
  fromPaper: number
  toPaper: number
  toHistory: number
  bestDay: Day | null
  /** The papers shown, in order. */
  papers: number[]
  /** How many were shown or lay beyond the cap. */
  matched: number
  /** Null where nothing matched. */
  content: DigestContent | null
}

/** Whoever was brought here by an import confirmed before, and had their mails from elsewhere till then. */
export const receivesSince = ({
  confirmedAt,
  importedAt,
}: Pick<Recipient, 'confirmedAt' | 'importedAt'>): Date | null =>
  confirmedAt && importedAt && importedAt > confirmedAt ? importedAt : confirmedAt

/** What is shown, and frozen with the digest. */
export function draftContent(
  { localDate, sources }: ComposeInput,
  shown: Omit<DigestContent, 'localDate' | 'sources'>,
): Pick<DigestDraft, 'papers' | 'matched' | 'content'> {
  const papers = shown.sections.flatMap((section) => section.papers.map(({ id }) => id))
  const content = papers.length > 0 ? { localDate, ...shown, sources } : null
  return { papers, matched: papers.length + shown.more, content }
}
