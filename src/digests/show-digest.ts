import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { readLink } from '../subscribers/links.ts'
import { mailedContent } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'

export interface ShownDigest {
  content: DigestContent
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
  const content = await mailedContent(db, id)
  return content && { content, beyond: await papersById(db, content.beyond) }
}
