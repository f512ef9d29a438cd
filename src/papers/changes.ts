import { isDeepStrictEqual } from 'node:util'
import type { Day } from '../platform/dates.ts'
import type { SourceRecord } from '../sources/source-record.ts'
import type { PaperKey } from './identifiers.ts'
import { factsOf, merge, type PaperFacts } from './merge.ts'
import { groupBySamePaper, type KnownPaper, keyText, type SamePaper } from './same-paper.ts'

export interface StoredPaper extends KnownPaper {
  facts: PaperFacts
}

/** What the records of a day make of one paper. */
export interface PaperChange {
  /** Undefined for a new paper. */
  id?: number
  facts: PaperFacts
  /** The facts are other ones than those stored. */
  differs: boolean
  /** Papers with higher numbers that turned out to be this one. */
  absorbed: number[]
  newKeys: PaperKey[]
  votes: number | null
  comments: number | null
}

/** What records that a source lists on a day change: one entry for each paper, in the order of the records. */
export function changesOf(
  records: readonly SourceRecord[],
  stored: readonly StoredPaper[],
  day: Day,
): PaperChange[] {
  const byId = new Map(stored.map((paper) => [paper.id, paper]))
  const known = ({ ids }: SamePaper) => ids.toSorted((a, b) => a - b).map((id) => byId.get(id)!)
  return groupBySamePaper(records, stored)
    .filter((group) => group.records.length > 0)
    .map((group) => changeOf(group, known(group), day))
}

function changeOf({ records, keys }: SamePaper, [oldest, ...others]: StoredPaper[], day: Day): PaperChange {
  const known = oldest ? [oldest, ...others] : []
  const facts = [
    ...known.map((paper) => paper.facts),
    ...records.map((record) => factsOf(record, day)),
  ].reduce((before, later) => merge(before, later))
  const oldKeys = new Set(known.flatMap((paper) => paper.keys.map(keyText)))
  return {
    id: oldest?.id,
    facts,
    differs: oldest !== undefined && !isDeepStrictEqual(oldest.facts, facts),
    absorbed: others.map(({ id }) => id),
    newKeys: keys.filter((key) => !oldKeys.has(keyText(key))),
    votes: records.findLast(({ votes }) => votes !== undefined)?.votes ?? null,
    comments: records.findLast(({ comments }) => comments !== undefined)?.comments ?? null,
  }
}
