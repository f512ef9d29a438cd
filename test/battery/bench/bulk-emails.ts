import type { Database } from '../../../src/core/database/database.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { secretId } from '../../../src/subscribers/links.ts'
import type { GoodbyeMessage } from '../../../src/subscribers/transactional-message.ts'
import { addSubscribers, goodbye } from '../../support/messages.ts'

/** Settings of every process of a case in which the service composes its emails. */
export const APP_SECRET = 'a-secret-for-the-battery-of-32-bytes!'

export const COMPOSING = { APP_SECRET, MAIL_FROM: 'papers@site.example' }

const HOUR_MS = 3600 * 1000
const PAGE = 200

/** Adds a small email, which the service composes, in lane bulk for each address; in batches as planning makes them. */
export async function addBulkMails(db: Database, addresses: readonly string[]): Promise<void> {
  await addSubscribers(db, addresses.length)
  const now = new Date()
  const content: GoodbyeMessage = { epoch: 0, zone: 'UTC', format: 'text' }
  const times = { datedAt: now, notBefore: now, deadline: new Date(now.getTime() + 20 * HOUR_MS) }
  const secret = secretId(APP_SECRET)
  const messages = addresses.map((toAddress, i) =>
    goodbye(i + 1, { toAddress, content, secretId: secret, ...times }),
  )
  for (let from = 0; from < messages.length; from += PAGE)
    await enqueue(db, 'bulk', messages.slice(from, from + PAGE))
}

/** "s17@big.example": this many of every ten are at the big domain, the others at ten small ones. */
export const mixedAddresses = (count: number, bigOfTen: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    i % 10 < bigOfTen ? `s${i}@big.example` : `s${i}@small${Math.floor(i / 10) % 10}.example`,
  )
