import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { currentIds } from '../papers/merged-ids.repo.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { readLink } from '../subscribers/links.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { type MailedContent, mailedContent } from './digest.repo.ts'

export interface ShownDigest extends MailedContent {
  /** The papers of its sections in their current state, by the id in the digest. */
  papers: ReadonlyMap<number, Paper>
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

async function shown(db: Database, mailed: MailedContent | null): Promise<ShownDigest | null> {
  if (!mailed) return null
  const { sections, beyond } = mailed.content
  const ids = sections.flatMap(({ papers }) => papers.map(({ id }) => id))
  return { ...mailed, papers: await papersByOldId(db, ids), beyond: await papersById(db, beyond) }
}

/** Papers in their current state, by the id that they had: that of a merged paper leads to the one that it became. */
async function papersByOldId(db: Database, ids: readonly number[]): Promise<Map<number, Paper>> {
  const current = await currentIds(db, ids)
  const papers = await papersById(db, [...new Set(current.values())])
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return new Map(
    [...current].flatMap(([old, id]) => {
      const paper = byId.get(id)
      return paper ? [[old, paper] as const] : []
    }),
  )
}
