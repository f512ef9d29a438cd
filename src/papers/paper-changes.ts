import type { ListingKind, SourceRecord } from '../sources/source.ts'
import { type ExistingPaper, groupDuplicates, keyText, type PaperGroup } from './group-duplicates.ts'
import { factsOf, isSameContent, merge, type ObservedAt, type PaperFacts } from './merge.ts'
import type { PaperKey } from './paper-key.ts'

export interface StoredPaper extends ExistingPaper {
  facts: PaperFacts
}

/** The change of one paper by the records of a day. */
export interface PaperChange {
  /**
   * Undefined for a new paper, and for a paper that becomes one to offer: before, it was withdrawn or listed only as a
   * newer version.
   */
  id?: number
  facts: PaperFacts
  /** Whether the facts differ from the stored ones. */
  differs: boolean
  /** Ids of papers that turned out to be this one. */
  absorbed: number[]
  newKeys: PaperKey[]
  /** Undefined if the source has removed the paper from this day's list. */
  kind: ListingKind | undefined
  votes: number | null
  comments: number | null
}

/** The changes by a day's records: one for each paper, in the order of the records. */
export function changesOf(
  records: readonly SourceRecord[],
  stored: readonly StoredPaper[],
  observedAt: ObservedAt,
): PaperChange[] {
  const byId = new Map(stored.map((paper) => [paper.id, paper]))
  const existing = ({ ids }: PaperGroup) => ids.toSorted((a, b) => a - b).map((id) => byId.get(id)!)
  return groupDuplicates(records, stored)
    .filter((group) => group.records.length > 0)
    .map((group) => changeOf(group, existing(group), observedAt))
}

/** Whether digests offer the paper to every topic. */
const isForAll = ({ onlyRevised, withdrawnAt }: PaperFacts): boolean => !onlyRevised && withdrawnAt === null

/** In order of precedence. */
const KINDS: readonly ListingKind[] = ['new', 'cross', 'revised']

const listingOf = (records: SourceRecord[]): Pick<PaperChange, 'kind' | 'votes' | 'comments'> => ({
  kind: KINDS.find((kind) => records.some((record) => (record.kind ?? 'new') === kind)),
  votes: records.findLast(({ votes }) => votes !== undefined)?.votes ?? null,
  comments: records.findLast(({ comments }) => comments !== undefined)?.comments ?? null,
})

function changeOf(
  { records, keys }: PaperGroup,
  existing: StoredPaper[],
  observedAt: ObservedAt,
): PaperChange {
  const facts = [
    ...existing.map((paper) => paper.facts),
    ...records.map((record) => factsOf(record, observedAt)),
  ].reduce((one, other) => merge(one, other))
  // Keep the lowest id, which digests may have offered. A paper that was not offered before gets a new id now, because
  // digests skip ids that they have passed.
  const kept = isForAll(facts) ? existing.find((paper) => isForAll(paper.facts)) : existing[0]
  const oldKeys = new Set(existing.flatMap((paper) => paper.keys.map(keyText)))
  return {
    id: kept?.id,
    facts,
    differs: kept !== undefined && !isSameContent(kept.facts, facts),
    absorbed: existing.filter((paper) => paper !== kept).map(({ id }) => id),
    newKeys: keys.filter((key) => !oldKeys.has(keyText(key))),
    ...listingOf(records.filter(({ withdrawnAt }) => !withdrawnAt)),
  }
}
