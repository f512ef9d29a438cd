import type { Database } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'

/** What a feature's tables hold about people. The keys of results are merged with those of the core. */
interface FeatureData {
  /** Deletes what is older than `kept`, or counts it in a dry run. Returns the number of rows by what they are. */
  prune?(deps: Deps, input: { kept: Date; dryRun: boolean }): Promise<Record<string, number>>
  /** Deletes everything about a subscriber, in the transaction that erases them. */
  erase?(tx: Database, subscriberId: string): Promise<void>
  /** Everything about a subscriber, as plain JSON under names of its own. */
  export?(deps: Deps, subscriberId: string): Promise<Record<string, unknown>>
}

declare module '../core/feature.ts' {
  interface Feature {
    personalData?: FeatureData
  }
}

type WithFeatures = Pick<Deps, 'features'>

export async function pruneFeatures(deps: Deps, cutoffs: { kept: Date; dryRun: boolean }) {
  const rows: Record<string, number> = {}
  for (const { personalData } of deps.features)
    Object.assign(rows, await personalData?.prune?.(deps, cutoffs))
  return rows
}

export async function eraseFromFeatures(
  { features }: WithFeatures,
  tx: Database,
  subscriberId: string,
): Promise<void> {
  for (const { personalData } of features) await personalData?.erase?.(tx, subscriberId)
}

export async function exportFromFeatures(deps: Deps, subscriberId: string) {
  const data: Record<string, unknown> = {}
  for (const { personalData } of deps.features)
    Object.assign(data, await personalData?.export?.(deps, subscriberId))
  return data
}
