import type { ListingKind, SourceRecord } from '../sources/source-record.ts'
import type { PaperKey } from './identifiers.ts'
import { factsOf, merge, type PaperFacts, type Said, sayTheSame } from './merge.ts'
import { groupBySamePaper, type KnownPaper, keyText, type SamePaper } from './same-paper.ts'

export interface StoredPaper extends KnownPaper {
  facts: PaperFacts
}

/** What the records of a day make of one paper. */
export interface PaperChange {
  /** Undefined for a new paper, and for one that was withdrawn or listed as a newer version alone, and is no longer. */
  id?: number
  facts: PaperFacts
  /** The facts are other ones than those stored. */
  differs: boolean
  /** Papers that turned out to be this one. */
  absorbed: number[]
  newKeys: PaperKey[]
  /** Undefined where the source has taken the paper from this day's list. */
  kind: ListingKind | undefined
  votes: number | null
  comments: number | null
}

/** What records that a source lists on a day change: one entry for each paper, in the order of the records. */
export function changesOf(
  records: readonly SourceRecord[],
  stored: readonly StoredPaper[],
  said: Said,
): PaperChange[] {
  const byId = new Map(stored.map((paper) => [paper.id, paper]))
  const known = ({ ids }: SamePaper) => ids.toSorted((a, b) => a - b).map((id) => byId.get(id)!)
  return groupBySamePaper(records, stored)
    .filter((group) => group.records.length > 0)
    .map((group) => changeOf(group, known(group), said))
}

/** Whether digests offer it to every topic. */
const isForAll = ({ onlyRevised, withdrawnAt }: PaperFacts): boolean => !onlyRevised && withdrawnAt === null

/** The one that says most comes first. */
const KINDS: readonly ListingKind[] = ['new', 'cross', 'revised']

const listingOf = (records: SourceRecord[]): Pick<PaperChange, 'kind' | 'votes' | 'comments'> => ({
  kind: KINDS.find((kind) => records.some((record) => (record.kind ?? 'new') === kind)),
  votes: records.findLast(({ votes }) => votes !== undefined)?.votes ?? null,
  comments: records.findLast(({ comments }) => comments !== undefined)?.comments ?? null,
})

function changeOf({ records, keys }: SamePaper, known: StoredPaper[], said: Said): PaperChange {
  const facts = [
    ...known.map((paper) => paper.facts),
    ...records.map((record) => factsOf(record, said)),
  ].reduce((one, other) => merge(one, other))
  // The lowest number, which may have been offered. That of a paper which was none to offer would be passed over: it
  // gets a new one now that it is.
  const stays = isForAll(facts) ? known.find((paper) => isForAll(paper.facts)) : known[0]
  const oldKeys = new Set(known.flatMap((paper) => paper.keys.map(keyText)))
  return {
    id: stays?.id,
    facts,
    differs: stays !== undefined && !sayTheSame(stays.facts, facts),
    absorbed: known.filter((paper) => paper !== stays).map(({ id }) => id),
    newKeys: keys.filter((key) => !oldKeys.has(keyText(key))),
    ...listingOf(records.filter(({ withdrawnAt }) => !withdrawnAt)),
  }
}
