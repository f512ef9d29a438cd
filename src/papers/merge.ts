import { isDeepStrictEqual } from 'node:util'
import { type Day, midnight } from '../core/dates.ts'
import type { ListingKind, SourceRecord } from '../sources/source.ts'
import { type ExistingPaper, groupDuplicates, keyText, type PaperGroup } from './group-duplicates.ts'
import type { Paper } from './paper.ts'
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

const VERSIONED_FIELDS = ['title', 'abstract', 'authors', 'categories', 'keywords'] as const
const LATEST_WINS_FIELDS = ['organization', 'codeUrl', 'codeStars', 'projectUrl', 'summary'] as const
const RANKED_FIELDS = [...VERSIONED_FIELDS, ...LATEST_WINS_FIELDS] as const

type Ranked = (typeof RANKED_FIELDS)[number]

/**
 * Ranks decide between two values of a field. The rank of a text or list is its version, 0 if unknown. The rank of a
 * field in which the latest value wins is the instant, in ms. An empty value has rank 0. The rank of a withdrawal is
 * its day, in ms: a paper that was removed from one day's list may be listed on a later day, unless it was retracted.
 */
export type Ranks = Record<Ranked | 'withdrawnAt', number>

type OfListings = 'votes' | 'comments' | 'revisedDay'

/** The facts that sources give about a paper, with their ranks. */
export interface PaperFacts extends Omit<Paper, 'id' | 'arxivId' | 'doi' | OfListings> {
  version: number | null
  withdrawnAt: Date | null
  ranks: Ranks
}

/** When a source said something: the day of the listing, and the instant of the fetch. */
interface ObservedAt {
  day: Day
  now: Date
}

/** Higher than every day. */
const PERMANENT_RANK = Number.MAX_SAFE_INTEGER

export function factsOf(record: SourceRecord, { day, now }: ObservedAt): PaperFacts {
  const facts = {
    title: record.title,
    abstract: record.abstract,
    authors: record.authors,
    categories: record.categories,
    keywords: record.keywords,
    organization: record.organization || null,
    codeUrl: record.codeUrl || null,
    codeStars: record.codeStars ?? null,
    projectUrl: record.projectUrl || null,
    summary: record.summary || null,
    publishedAt: record.publishedAt ?? null,
    version: record.version ?? null,
    withdrawnAt: record.withdrawnAt ?? null,
    firstDay: day,
    // A paper that a source removed from its list does not count as listed.
    onlyRevised: record.kind === 'revised' || Boolean(record.withdrawnAt),
  }
  const ranks = { ...NO_RANKS }
  for (const field of VERSIONED_FIELDS) if (!isEmpty(facts[field])) ranks[field] = facts.version ?? 0
  for (const field of LATEST_WINS_FIELDS) if (!isEmpty(facts[field])) ranks[field] = now.getTime()
  if (record.withdrawnAt !== undefined)
    ranks.withdrawnAt = record.isRetracted ? PERMANENT_RANK : midnight(day).getTime()
  return { ...facts, ranks }
}

/** The rank of each field; 0 for a field that was added after the paper was stored. */
export const withNewFields = (ranks: Partial<Ranks>): Ranks => ({ ...NO_RANKS, ...ranks })

const NO_RANKS = Object.fromEntries([...RANKED_FIELDS, 'withdrawnAt'].map((field) => [field, 0])) as Ranks

/**
 * Merges two sets of facts. The result is the same in any order and after any repetition: each field takes the
 * non-empty value, then the value of higher rank, then the longer one, so sources that differ do not overwrite each
 * other in turn.
 */
export function merge(one: PaperFacts, other: PaperFacts): PaperFacts {
  const merged: PaperFacts = {
    ...one,
    ...firstListed(one, other),
    publishedAt: earlier(one.publishedAt, other.publishedAt),
    version: Math.max(one.version ?? 0, other.version ?? 0) || null,
    ...withdrawal(one, other),
  }
  merged.ranks = { ...one.ranks, withdrawnAt: Math.max(one.ranks.withdrawnAt, other.ranks.withdrawnAt) }
  for (const field of RANKED_FIELDS) if (hasPrecedence(other, one, field)) copyField(field, merged, other)
  return merged
}

/** The fact about the later day wins; for the same day, a withdrawal wins. */
function withdrawal(one: PaperFacts, other: PaperFacts): Pick<PaperFacts, 'withdrawnAt'> {
  const step = one.ranks.withdrawnAt - other.ranks.withdrawnAt
  if (step !== 0) return { withdrawnAt: (step > 0 ? one : other).withdrawnAt }
  return { withdrawnAt: earlier(one.withdrawnAt, other.withdrawnAt) }
}

function copyField<Field extends Ranked>(field: Field, to: PaperFacts, from: PaperFacts): void {
  to[field] = from[field]
  to.ranks[field] = from.ranks[field]
}

function hasPrecedence(one: PaperFacts, other: PaperFacts, field: Ranked): boolean {
  const [here, there] = [one, other].map((facts) => precedenceOf(facts, field)) as [Precedence, Precedence]
  const step = here.findIndex((value, i) => value !== there[i])
  return step >= 0 && here[step]! > there[step]!
}

// An empty value is below all others: its rank and its length are 0.
type Precedence = [rank: number, length: number, text: string]

function precedenceOf(facts: PaperFacts, field: Ranked): Precedence {
  const value = facts[field] ?? ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return [facts.ranks[field], typeof value === 'number' ? value : value.length, text]
}

const isEmpty = (value: PaperFacts[Ranked]): boolean =>
  value === null || (typeof value !== 'number' && value.length === 0)

// If a paper is listed as new or cross, earlier listings as a newer version do not count for its first day.
function firstListed(one: PaperFacts, other: PaperFacts): Pick<PaperFacts, 'firstDay' | 'onlyRevised'> {
  const listed = [one, other].filter(({ onlyRevised }) => !onlyRevised)
  const [first, second = first] = listed.length > 0 ? listed : [one, other]
  return { firstDay: earlier(first!.firstDay, second!.firstDay), onlyRevised: listed.length === 0 }
}

function earlier<T extends Date | Day | null>(a: T, b: T): T {
  if (!a || !b) return a ?? b
  return a <= b ? a : b
}

/**
 * Whether two sets of facts are equal, ignoring the instants of values that did not change. Otherwise an hourly fetch
 * would write every paper. This loses nothing: a different value has a later instant anyway.
 */
export const isSameContent = (one: PaperFacts, other: PaperFacts): boolean =>
  isDeepStrictEqual(withoutInstants(one), withoutInstants(other))

const withoutInstants = ({ ranks, ...facts }: PaperFacts) => [
  facts,
  [...VERSIONED_FIELDS, 'withdrawnAt' as const].map((field) => ranks[field]),
]
