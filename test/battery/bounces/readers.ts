import type { Database } from '../../../src/core/database/database.ts'
import { DAY_MS, dayOf } from '../../../src/core/dates.ts'
import { randomId } from '../../../src/core/secrets.ts'
import { recordAcceptances } from '../../../src/mail/outbox/acceptance.repo.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { addressHash } from '../../../src/subscribers/address.ts'
import { secretId } from '../../../src/subscribers/links.ts'
import { returnAddress, returnToken } from '../../../src/subscribers/return-address.ts'
import { APP_SECRET } from '../bench/bulk-emails.ts'

export const BOUNCE_DOMAIN = 'bounce.papers.example'
export const SUPPRESSION_KEY = 'a-key-of-the-battery-of-32-bytes!!!!!'
/** A Tuesday. */
export const FIRST_DAY = new Date('2026-11-24T08:00:00Z')
export const NEXT_DAY = new Date('2026-11-25T08:00:00Z')

/** A subscriber, and an email to them that a relay accepted. */
export interface Reader {
  subscriberId: string
  address: string
  /** Of the mail. */
  id: string
  messageIdField: string
  token: string
  envelope: string
  unsubscribe: string
}

const PAGE = 1000

/** Active subscribers with these addresses, and an email to each of them. */
export async function addReaders(db: Database, addresses: readonly string[]): Promise<Reader[]> {
  const readers: Reader[] = []
  for (let from = 0; from < addresses.length; from += PAGE)
    readers.push(...(await addPage(db, addresses.slice(from, from + PAGE))))
  return readers
}

async function addPage(db: Database, addresses: readonly string[]): Promise<Reader[]> {
  const people = addresses.map((address) => ({ subscriberId: randomId(80), address }))
  await db.subscriber.createMany({
    data: people.map(({ subscriberId: id, address }) => ({
      id,
      address,
      addressKey: address,
      addressHash: addressHash(address, SUPPRESSION_KEY),
      state: 'active' as const,
      zone: 'UTC',
      hour: 8,
      days: ['mon', 'tue'],
      maxPapers: 15,
      createdAt: FIRST_DAY,
      confirmedAt: FIRST_DAY,
      startDate: FIRST_DAY,
    })),
  })
  return mailAgain(db, people, FIRST_DAY)
}

/** One more mail to each of them, accepted at that instant. */
export async function mailAgain(
  db: Database,
  people: readonly Pick<Reader, 'subscriberId' | 'address'>[],
  at: Date,
): Promise<Reader[]> {
  const deadline = new Date(at.getTime() + DAY_MS)
  const localDate = dayOf(at)
  const messages = people.map(({ subscriberId, address }) => ({
    kind: 'note',
    dedupe: randomId(80),
    localDate,
    subscriberId,
    toAddress: address,
    content: {},
    secretId: secretId(APP_SECRET),
    datedAt: at,
    notBefore: at,
    deadline,
  }))
  await enqueue(db, 'transactional', messages)
  const rows = await db.message.findMany({
    where: { dedupe: { in: messages.map(({ dedupe }) => dedupe) } },
    select: { id: true, dedupe: true },
  })
  await recordAcceptances(
    db,
    rows.map(({ id }) => ({ messageId: id, localDate, at, reply: '250 ok' })),
  )
  const idOf = new Map(rows.map(({ dedupe, id }) => [dedupe, id]))
  return messages.map(({ dedupe, subscriberId, toAddress }) =>
    readerOf(idOf.get(dedupe)!, subscriberId, toAddress),
  )
}

const readerOf = (id: string, subscriberId: string, address: string): Reader => ({
  id,
  subscriberId,
  address,
  messageIdField: `<note.${id}@papers.example>`,
  token: returnToken({ purpose: 'bounce', id }, APP_SECRET),
  envelope: returnAddress({ purpose: 'bounce', id }, APP_SECRET, BOUNCE_DOMAIN),
  unsubscribe: returnAddress({ purpose: 'unsubscribe', id: subscriberId }, APP_SECRET, BOUNCE_DOMAIN),
})

/** What every one of them is now, by address. */
export async function statesOf(db: Database, readers: readonly Reader[]): Promise<Map<string, string>> {
  const rows = await db.subscriber.findMany({
    where: { id: { in: readers.map(({ subscriberId }) => subscriberId) } },
    select: { addressKey: true, state: true },
  })
  return new Map(rows.map(({ addressKey, state }) => [addressKey!, state]))
}
