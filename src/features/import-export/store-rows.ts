import type { Database } from '../../core/database/database.ts'
import { randomId } from '../../core/secrets.ts'
import { recordConsents } from '../../subscribers/consent.repo.ts'
import type { ConsentEvent } from '../../subscribers/consent.ts'
import {
  createSubscribers,
  existingIds,
  markSuppressed,
  type StoredSubscriber,
  subscribersByHash,
} from '../../subscribers/subscriber.repo.ts'
import { hasSubscription } from '../../subscribers/subscriber.ts'
import {
  type StoredSuppression,
  type Suppression,
  suppressAddresses,
  suppressionsOf,
} from '../../subscribers/suppression.repo.ts'
import { addTopics } from '../../subscribers/topic.repo.ts'
import type { ImportRow, SuppressedHash } from './import-row.ts'

export type Row = ImportRow | SuppressedHash

export interface StoredRows {
  /**
   * How many subscribers were created in each state; `suppressed` includes those who were here. Of hashes: how many
   * addresses, also of people who are not here.
   */
  states: Record<string, number>
  /** Rows that changed nothing because an earlier row of the same import has their address. */
  duplicates: number
  /** Rows whose address is suppressed here and belongs to no subscriber. */
  blocked: Map<Row, Suppression>
}

/**
 * Stores rows in a transaction, with a few statements for all of them. The first row of an address counts. People who
 * are here keep what they have, except that a suppression in the file suppresses them.
 */
export async function storeRows(tx: Database, rows: readonly Row[], now: Date): Promise<StoredRows> {
  const hashes = [...new Set(rows.map(({ addressHash }) => addressHash))]
  const here = await subscribersByHash(tx, hashes)
  const stored = await suppressionsOf(tx, hashes)
  const inForce = new Map([...stored].filter(([, { liftedAt }]) => !liftedAt))

  const added = new Map<string, Suppression>()
  const ending: string[] = []
  for (const row of rows) {
    const { addressHash, suppression } = row
    const subscriber = here.get(addressHash)
    if (!suppression || !isNewer(suppression, subscriber, stored.get(addressHash))) continue
    const other = added.get(addressHash) ?? inForce.get(addressHash)
    // Of several rows, the newest suppression; one that is in force here stays.
    if (!other || (added.has(addressHash) && other.at < suppression.at)) added.set(addressHash, suppression)
    if (subscriber && (!isPerson(row) || row.state === 'suppressed')) ending.push(subscriber.id)
  }
  await suppressAddresses(
    tx,
    [...added].map(([addressHash, suppression]) => ({ ...suppression, addressHash })),
  )
  const suppressed = await markSuppressed(tx, { ids: ending, how: 'import', at: now })

  const blocked = new Map<Row, Suppression>()
  const people = new Map<string, ImportRow>()
  let duplicates = 0
  for (const row of rows.filter(isPerson)) {
    const { addressHash } = row
    const suppression = inForce.get(addressHash)
    const subscriber = here.get(addressHash)
    if (subscriber) {
      if (subscriber.importedAt?.getTime() === now.getTime()) duplicates++
      continue
    }
    if (suppression && !row.suppression) blocked.set(row, suppression)
    else if (people.has(addressHash)) duplicates++
    else people.set(addressHash, withSuppression(row, added.get(addressHash) ?? suppression))
  }
  const states = await createPeople(tx, [...people.values()], now)
  const isOfHashes = rows.length > 0 && !rows.some(isPerson)
  const count = isOfHashes ? added.size : suppressed
  if (count > 0) states.suppressed = (states.suppressed ?? 0) + count
  return { states, duplicates, blocked }
}

const isPerson = (row: Row): row is ImportRow => 'address' in row

/** Whether they neither confirmed here after that suppression, nor was it lifted here after it. */
function isNewer(
  { at }: Suppression,
  subscriber: StoredSubscriber | undefined,
  stored: StoredSuppression | undefined,
): boolean {
  const confirmedAt = subscriber && confirmedHereAt(subscriber)
  const hasConfirmedSince = confirmedAt != null && confirmedAt >= at
  const wasLiftedSince = stored?.liftedAt != null && stored.liftedAt >= at
  return !hasConfirmedSince && !wasLiftedSince
}

/** A date up to the import is from its file, or the day of the import: an earlier row of the same file may have set it. */
function confirmedHereAt(subscriber: StoredSubscriber): Date | null {
  const { confirmedAt, importedAt } = subscriber
  const isFromFile = importedAt !== null && confirmedAt !== null && confirmedAt <= importedAt
  return hasSubscription(subscriber) && !isFromFile ? confirmedAt : null
}

/**
 * The row as it is stored, given the suppression in force here. One that was lifted here stays lifted, and the row gets
 * its earlier state; another row of the file may suppress the address.
 */
function withSuppression(row: ImportRow, suppression: Suppression | undefined): ImportRow {
  if (row.state === 'suppressed' && !suppression) {
    const state = row.stateBefore ?? 'unsubscribed'
    const leftAt = row.unsubscribedAt ?? row.suppression!.at
    return { ...row, state, stateBefore: null, unsubscribedAt: state === 'unsubscribed' ? leftAt : null }
  }
  if (suppression && !row.suppression)
    return { ...row, state: 'suppressed', stateBefore: row.state, suppression }
  return row
}

/** Returns how many were created in each state: someone else may have added an address meanwhile. */
async function createPeople(
  tx: Database,
  rows: readonly ImportRow[],
  now: Date,
): Promise<Record<string, number>> {
  const people = await withFreeIds(tx, rows)
  const created = await createSubscribers(
    tx,
    people.map(({ topics, hasOwnId, unsubscribedAt, suppression, ...subscriber }) => ({
      ...subscriber,
      importedAt: now,
    })),
  )
  const stored = people.filter(({ id }) => created.has(id))
  const consents = stored.flatMap((row) => consentsOf(row, now))
  await recordConsents(tx, consents)
  const topics = stored.flatMap(({ id, topics }) =>
    topics.map((topic, position) => ({ ...topic, subscriberId: id, position })),
  )
  await addTopics(tx, topics)
  const states: Record<string, number> = {}
  for (const { state } of stored) states[state] = (states[state] ?? 0) + 1
  return states
}

/** Whose own id another subscriber or an earlier row has gets a new one. */
async function withFreeIds(tx: Database, rows: readonly ImportRow[]): Promise<ImportRow[]> {
  const own = rows.filter(({ hasOwnId }) => hasOwnId).map(({ id }) => id)
  const used = own.length > 0 ? await existingIds(tx, own) : new Set<string>()
  return rows.map((row) => {
    const id = used.has(row.id) ? randomId(80) : row.id
    used.add(id)
    return { ...row, id }
  })
}

function consentsOf(row: ImportRow, now: Date) {
  const events: [ConsentEvent, Date | null | undefined][] = [
    ['confirmed', row.confirmedAt],
    ['unsubscribed', row.unsubscribedAt],
    ['suppressed', row.state === 'suppressed' ? row.suppression?.at : null],
    ['paused', row.state === 'paused' ? now : null],
  ]
  return events.flatMap(([event, at]) => (at ? [{ subscriberId: row.id, at, event, how: 'import' }] : []))
}
