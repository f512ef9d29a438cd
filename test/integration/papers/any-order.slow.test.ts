import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOf } from '../../../src/core/dates.ts'
import { keyText } from '../../../src/papers/group-duplicates.ts'
import { maxHistoryId, type PaperSnapshot, snapshotsAt } from '../../../src/papers/history.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { factsOf, merge } from '../../../src/papers/merge.ts'
import { maxPaperId } from '../../../src/papers/paper.repo.ts'
import { paperKeysOf, titleKey } from '../../../src/papers/paper-key.ts'
import type { ListingKind, SourceRecord } from '../../../src/sources/source.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { sampleRecord } from '../../support/sample-record.ts'
import { anyCalls, type Call, rearranged, SHARED_TITLE } from './any-listings.ts'

const database = useDatabase()
const SHARED = keyText(titleKey(SHARED_TITLE))

const BARE = sampleRecord()

/** A paper without our numbers: what leads to it, what is known of it, and who listed it when. */
interface Told {
  keys: string[]
  facts: unknown
  /** "huggingface 2026-08-14 new 3 3" */
  listings: string[]
}

const inOrder = (papers: Told[]): Told[] =>
  papers.toSorted((a, b) => (a.keys.join() < b.keys.join() ? -1 : 1))

async function stored(): Promise<Told[]> {
  const papers = await database.db.paper.findMany({
    include: { keys: { where: { scheme: { not: 'id' } } }, listings: true },
    omit: { firstSeen: true, updatedAt: true },
  })
  const stored = papers.map(({ id: _, keys, listings, firstDay, ...facts }) => ({
    keys: keys
      .map(({ scheme, value }) => `${scheme}:${value}`)
      .filter((key) => key !== SHARED)
      .sort(),
    facts: {
      ...facts,
      firstDay: dayOf(firstDay),
      onlyRevised: listings.every(({ kind }) => kind === 'revised'),
    },
    listings: listings
      .map(({ source, day, kind, votes, comments }) => [source, dayOf(day), kind, votes, comments].join(' '))
      .sort(),
  }))
  return inOrder(stored)
}

/** The expected result, from all records at once: those that share a key are one paper. */
function expected(calls: readonly Call[]): Told[] {
  const said = calls.flatMap(({ records, ...call }) => records.map((record) => ({ record, call })))
  const keys = said.map(({ record }) =>
    paperKeysOf(record)
      .map(keyText)
      .filter((key) => key !== SHARED),
  )
  const groups: { keys: Set<string>; members: typeof said }[] = []
  for (const [i, one] of said.entries()) {
    const same = groups.filter((group) => keys[i]!.some((key) => group.keys.has(key)))
    for (const group of same) groups.splice(groups.indexOf(group), 1)
    groups.push({
      keys: new Set([...keys[i]!, ...same.flatMap((group) => [...group.keys])]),
      members: [one, ...same.flatMap(({ members }) => members)],
    })
  }
  return inOrder(groups.map((group) => ({ ...mergedFacts(group.members), keys: [...group.keys].sort() })))
}

const KINDS: ListingKind[] = ['new', 'cross', 'revised']

function mergedFacts(
  members: { record: Call['records'][number]; call: Omit<Call, 'records'> }[],
): Omit<Told, 'keys'> {
  const counted = members.filter(({ record }) => !record.withdrawnAt)
  const places = Map.groupBy(counted, ({ call }) => `${call.source} ${call.day}`)
  const listed = counted.filter(({ record }) => record.kind !== 'revised')
  const days = (listed.length > 0 ? listed : members).map(({ call }) => call.day).sort()
  const facts = members.map(({ record, call }) => factsOf(record, call)).reduce((a, b) => merge(a, b))
  return {
    facts: { ...facts, firstDay: days[0], onlyRevised: listed.length === 0 },
    listings: [...places]
      .map(([place, all]) => {
        const kind = KINDS.find((name) => all.some(({ record }) => (record.kind ?? 'new') === name))
        const votes = all.find(({ record }) => record.votes !== undefined)?.record.votes
        return [place, kind, votes, votes].join(' ')
      })
      .sort(),
  }
}

/** Papers that are offered to every topic, and those that would be if they were not withdrawn. */
async function offered(): Promise<{ offered: Set<number>; withdrawn: Set<number> }> {
  const papers = await database.db.paper.findMany({
    where: { listings: { some: { kind: { not: 'revised' } } } },
  })
  const { offered = [], withdrawn = [] } = Object.groupBy(papers, ({ withdrawnAt }) =>
    withdrawnAt ? 'withdrawn' : 'offered',
  )
  const idsOf = (some: typeof papers) => new Set(some.map(({ id }) => id))
  return { offered: idsOf(offered), withdrawn: idsOf(withdrawn) }
}

async function numberNow(id: number): Promise<number> {
  const key = await database.db.paperKey.findUnique({
    where: { scheme_value: { scheme: 'id', value: `${id}` } },
  })
  return key?.paperId ?? id
}

interface Moment {
  upTo: number
  standings: Map<number, PaperSnapshot>
}

/** What is offered for the first time has a number that no digest has passed; what was offered keeps one that was. */
async function recordAll(calls: readonly Call[]): Promise<Moment[]> {
  const moments: Moment[] = []
  for (const call of calls) {
    const before = { ...(await offered()), maxId: await maxPaperId(database.db) }
    await recordListings(database.db, call)
    const after = await offered()
    for (const id of after.offered) if (!before.offered.has(id)) expect(id).toBeGreaterThan(before.maxId)
    for (const id of before.offered) {
      const now = await numberNow(id)
      expect(after.offered.has(now) || after.withdrawn.has(now)).toBe(true)
      expect(now).toBeLessThanOrEqual(id)
    }
    expect(await maxPaperId(database.db)).toBeGreaterThanOrEqual(before.maxId)
    moments.push(await momentNow())
  }
  return moments
}

async function momentNow(): Promise<Moment> {
  const papers = await database.db.paper.findMany({ include: { listings: true } })
  const standings = papers.map(({ id, listings }) => {
    const votes = listings.flatMap((listing) => listing.votes ?? [])
    const revised = listings.filter(({ kind }) => kind === 'revised').map(({ day }) => dayOf(day))
    return [id, { votes: votes.sort().at(-1) ?? null, revisedDay: revised.sort().at(-1) ?? null }] as const
  })
  return { upTo: await maxHistoryId(database.db), standings: new Map(standings) }
}

/** The history tells later how papers stood then, those that they absorbed since included. */
async function expectHistory(moments: readonly Moment[]): Promise<void> {
  for (const { upTo, standings } of moments) {
    for (const [id, { votes, revisedDay }] of standings) {
      const now = await numberNow(id)
      const then = (await snapshotsAt(database.db, { paperIds: [now], upTo })).get(now)
      expect(then?.votes ?? -1).toBeGreaterThanOrEqual(votes ?? -1)
      expect((then?.revisedDay ?? '') >= (revisedDay ?? '')).toBe(true)
    }
  }
  for (const [id, counted] of moments.at(-1)!.standings) {
    const last = await database.db.paperHistory.findFirst({ where: { paperId: id }, orderBy: { id: 'desc' } })
    const revisedDay = last?.revisedOn ? dayOf(last.revisedOn) : null
    expect({ votes: last?.votes ?? null, revisedDay }).toEqual(counted)
  }
}

test('in any order, in any pieces and however often: the same papers, and none is offered twice or passed over', async () => {
  const orders = anyCalls.chain((calls) => fc.tuple(fc.constant(calls), rearranged(calls)))
  const same = async (calls: Call[], otherwise: Call[]) => {
    for (const order of [calls, otherwise]) {
      await emptyTables(database.db)
      const moments = await recordAll(order)
      expect(await stored()).toEqual(expected(calls))
      await expectHistory(moments)
    }
  }
  await fc.assert(
    fc.asyncProperty(orders, ([calls, otherwise]) => same(calls, otherwise)),
    { numRuns: 25 },
  )
})

test('the last known votes of a listing are kept, however they arrived', async () => {
  const said = fc.array(fc.record({ votes: fc.constantFrom(undefined, 0, 3, 5), begins: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  const last = async (sayings: { votes?: number; begins: boolean }[]) => {
    await emptyTables(database.db)
    const pieces: SourceRecord[][] = []
    for (const { votes, begins } of sayings) {
      if (begins || pieces.length === 0) pieces.push([])
      pieces.at(-1)!.push({ ...BARE, votes })
    }
    for (const [hour, records] of pieces.entries()) {
      const now = new Date(Date.UTC(2026, 7, 14, hour))
      await recordListings(database.db, { source: 'huggingface', day: '2026-08-14', now, records })
    }
    const listings = await database.db.listing.findMany()
    const stands = sayings.findLast(({ votes }) => votes !== undefined)?.votes ?? null
    expect(listings.map(({ votes }) => votes)).toEqual([stands])
  }
  await fc.assert(fc.asyncProperty(said, last), { numRuns: 30 })
})
