import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import type { DueDigest } from './digest.repo.ts'

/**
 * Why the email of a digest is skipped that its reader gets in another way. Such a digest counts as read: its papers are
 * not offered again.
 */
export const ELSEWHERE = 'elsewhere'

type Reader = Pick<DueDigest, 'subscriberId' | 'epoch'>

declare module '../core/feature.ts' {
  interface Feature {
    /**
     * The ids of those subscribers who read their digests elsewhere, such as in a feed, and want no email of them. Runs in
     * the transaction that plans their digests and has locked them.
     */
    readElsewhere?(tx: Database, readers: readonly Reader[], config: Config): Promise<ReadonlySet<string>>
  }
}

export async function readersElsewhere(
  { features, config }: Pick<Deps, 'features' | 'config'>,
  tx: Database,
  readers: readonly Reader[],
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const feature of features)
    for (const id of (await feature.readElsewhere?.(tx, readers, config)) ?? []) found.add(id)
  return found
}
