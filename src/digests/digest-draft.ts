import type { Day } from '../core/dates.ts'
import type { Vector } from '../queries/ranking/profile.ts'
import type { Recipient } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'
import type { HistoryPoint } from './earlier-digest.repo.ts'
import type { EarlierDigest } from './eligible-range.ts'

export interface ComposeInput {
  recipient: Recipient
  /** Their earlier digests that count. */
  earlier: readonly EarlierDigest[]
  localDate: Day
  /** The highest paper id to consider. */
  maxPaperId: number
  /** The highest id of the papers' history that the pool has loaded. */
  history: number
  /** The history point of their last digest; undefined if no topic can newly match earlier papers. */
  last?: HistoryPoint
  /** Their profile; undefined if they never gave feedback. */
  profile?: Vector
  /** Ids of their topics that matched nothing for long. */
  idleTopicIds?: ReadonlySet<number>
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
  /** How many were shown, or matched beyond the cap. */
  matched: number
  /** Null if nothing matched. */
  content: DigestContent | null
}

/** Imported subscribers confirmed earlier, but got their emails from another installation until the import. */
export const receivesSince = ({
  confirmedAt,
  importedAt,
}: Pick<Recipient, 'confirmedAt' | 'importedAt'>): Date | null =>
  confirmedAt && importedAt && importedAt > confirmedAt ? importedAt : confirmedAt

/** The part of a draft that is shown and frozen with the digest. */
export function draftContent(
  { localDate, sources }: ComposeInput,
  shown: Omit<DigestContent, 'localDate' | 'sources'>,
): Pick<DigestDraft, 'papers' | 'matched' | 'content'> {
  const papers = shown.sections.flatMap((section) => section.papers.map(({ id }) => id))
  const content = papers.length > 0 ? { localDate, ...shown, sources } : null
  return { papers, matched: papers.length + shown.more, content }
}
