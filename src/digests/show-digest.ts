import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { readLink } from '../subscribers/links.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { type MailedContent, mailedContent } from './digest.repo.ts'

export interface ShownDigest extends MailedContent {
  /** The listed papers beyond the subscriber's cap, in their current state. */
  beyond: Paper[]
}

/**
 * The papers of an email, as they were frozen; null if they are no longer kept. Does not reveal the subscriber. Throws
 * link.*.
 */
export async function showDigest(
  { db, config, clock }: Deps,
  { token }: { token: string },
): Promise<ShownDigest | null> {
  const { id } = readLink(token, 'digest', config.APP_SECRET, clock.now())
  return shown(db, await mailedContent(db, { messageId: id }))
}

/** The papers of an email for the subscriber who got it; null for anyone else. */
export const showOwnDigest = async (
  { db }: Deps,
  { id: subscriberId }: Pick<Subscriber, 'id'>,
  messageId: string,
): Promise<ShownDigest | null> => shown(db, await mailedContent(db, { messageId, subscriberId }))

const shown = async (db: Database, mailed: MailedContent | null): Promise<ShownDigest | null> =>
  mailed && { ...mailed, beyond: await papersById(db, mailed.content.beyond) }
