import type { Database } from '../../core/database/database.ts'
import { undefinedIfThrown } from '../../core/errors.ts'
import type { LearnedModel } from '../../generated/prisma/client.ts'
import { meaningOf } from '../meaning/meaning-of.ts'
import { NO_USAGE } from '../meaning/usage.ts'
import type { Query } from '../query.ts'
import { type Kind, LEARNED_KINDS, type LearnedModels } from './learned-kinds.ts'

/** What is stored, without the data. */
export const learnedVersions = (db: Database) => db.learnedModel.findMany({ omit: { data: true } })

/** The data of a kind; null if nothing is stored. */
async function readLearned(db: Database, kind: string): Promise<Uint8Array | null> {
  const row = await db.learnedModel.findUnique({ where: { kind }, select: { data: true } })
  return row?.data ?? null
}

export async function saveLearned(db: Database, { kind, ...values }: LearnedModel): Promise<void> {
  await db.learnedModel.upsert({ where: { kind }, create: { kind, ...values }, update: values })
}

/** The number of papers, without withdrawn ones. Both counts read an index only. */
export async function countPapers(db: Database): Promise<number> {
  const withdrawn = await db.paper.count({ where: { withdrawnAt: { not: null } } })
  return (await db.paper.count()) - withdrawn
}

interface Loaded {
  /** Changes when the model was learned anew. */
  version: string
  model: unknown
}

const loadedOf = new WeakMap<Database, Map<Kind, Loaded>>()

/**
 * A stored model, in the memory of this process; the same object as long as it is not learned anew. Undefined if there
 * are too few papers, before the first learning, and if another version of the program stored it. Not for use in a
 * transaction: it would read the model again.
 */
export const learnedModel = async <K extends Kind>(db: Database, kind: K) =>
  loadModel(db, kind, await learnedVersions(db))

/** All of them. */
export async function learnedModels(db: Database): Promise<Partial<LearnedModels>> {
  const versions = await learnedVersions(db)
  return { space: await loadModel(db, 'space', versions), usage: await loadModel(db, 'usage', versions) }
}

async function loadModel<K extends Kind>(
  db: Database,
  kind: K,
  versions: Awaited<ReturnType<typeof learnedVersions>>,
): Promise<LearnedModels[K] | undefined> {
  const { minPapers, decode } = LEARNED_KINDS[kind]
  const stored = versions.find((version) => version.kind === kind)
  if (!stored || stored.papers < minPapers) return undefined
  const loaded = loadedOf.get(db) ?? new Map<Kind, Loaded>()
  loadedOf.set(db, loaded)
  const version = JSON.stringify(stored)
  if (loaded.get(kind)?.version !== version) {
    const data = await readLearned(db, kind)
    // The next learning replaces what cannot be decoded.
    loaded.set(kind, { version, model: data && undefinedIfThrown(() => decode(data)) })
  }
  return (loaded.get(kind)!.model as LearnedModels[K] | null) ?? undefined
}

/** What typed queries mean, by how the papers of this database use words. Not for use in a transaction. */
export async function meaningIn(db: Database): Promise<(query: Query) => Query> {
  const usage = (await learnedModel(db, 'usage')) ?? NO_USAGE
  return (query) => meaningOf(query, usage)
}
