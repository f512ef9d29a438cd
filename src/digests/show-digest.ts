import type { Deps } from '../core/deps.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { readLink } from '../subscribers/link-token.ts'
import { mailedContent } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'

export interface ShownDigest {
  content: DigestContent
  /** What lay beyond the subscriber's cap, as far as it is listed, as it is now. */
  beyond: Paper[]
}

/**
 * The papers that a mail held, as they were frozen; null where they are not kept any more. Says nothing about whose
 * mail it was. Throws link.*.
 */
export async function showDigest(
  { db, config, clock }: Deps,
  { token }: { token: string },
): Promise<ShownDigest | null> {
  const { id } = readLink(token, 'digest', config.APP_SECRET, clock.now())
  const content = await mailedContent(db, id)
  return content && { content, beyond: await papersById(db, content.beyond) }
}
