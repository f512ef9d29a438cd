import type { Database } from '../../core/database/database.ts'
import { meaningOf } from '../meaning/meaning-of.ts'
import { NO_USAGE } from '../meaning/usage.ts'
import type { Query } from '../query.ts'
import { type Kind, LEARNED_KINDS, type LearnedModels } from './learned-kinds.ts'
import { type LearnedVersion, learnedVersions, readLearned } from './learned-model.repo.ts'

interface Loaded {
  /** Changes when a model was learned anew. */
  version: string
  models: LearnedModels
}

const loadedOf = new WeakMap<Database, Loaded>()

/** The stored models, in the memory of this process; the same object as long as none is learned anew. */
export async function learnedModels(db: Database): Promise<LearnedModels> {
  const stored = (await learnedVersions(db)).filter(isUsed)
  const version = JSON.stringify(stored)
  const loaded = loadedOf.get(db)
  if (loaded?.version === version) return loaded.models
  const models: Record<string, unknown> = {}
  for (const { kind } of stored) {
    const data = await readLearned(db, kind)
    if (data) models[kind] = LEARNED_KINDS[kind as Kind].decode(data)
  }
  loadedOf.set(db, { version, models })
  return models
}

/** What typed queries mean, by how the papers of this database use words. */
export async function meaningIn(db: Database): Promise<(query: Query) => Query> {
  const { usage = NO_USAGE } = await learnedModels(db)
  return (query) => meaningOf(query, usage)
}

/** A row may be from a newer release, or from before most papers were deleted. */
const isUsed = ({ kind, papers }: LearnedVersion): boolean =>
  kind in LEARNED_KINDS && papers >= LEARNED_KINDS[kind as Kind].minPapers
