import type { Deps } from '../../core/deps.ts'
import { pruneGrades } from './grade.repo.ts'
import { pruneOffers } from './offer.repo.ts'
import { pruneOptOuts } from './opt-out.repo.ts'

/** Deletes, or counts in a dry run, what the reader said before `kept`, and opt-outs of topics that are gone. */
export async function pruneReader(
  { db }: Deps,
  { kept, dryRun }: { kept: Date; dryRun: boolean },
): Promise<{ grades: number }> {
  if (!dryRun) {
    await pruneOptOuts(db, kept)
    await pruneOffers(db, kept)
  }
  return pruneGrades(db, { kept, dryRun })
}
