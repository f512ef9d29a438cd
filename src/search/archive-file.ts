import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import { databaseIdentity, databaseTimeline } from '../core/database/database-identity.repo.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { changesSince, countPapersUpTo, lastChange } from '../papers/paper.repo.ts'
import { forEachBit } from '../queries/matching/bits.ts'
import {
  type IndexBlock,
  PaperIndex,
  upsertYielding,
  type VocabulariesData,
} from '../queries/matching/paper-index.ts'
import { WORDS_VERSION } from '../queries/matching/segment.ts'
import { Vocabulary } from '../queries/matching/vocabulary.ts'
import { useStoredKeys } from '../queries/text/word-forms.ts'

/** Increases when the file is written in another way. */
const FORMAT = 2
// Another Unicode version may split words in another way.
const VERSION = `${FORMAT} ${WORDS_VERSION} ${process.versions.unicode}`

/** The papers in memory: all up to an id, as they were at the time of a change. */
interface IndexedPapers {
  index: PaperIndex
  maxPaperId: number
  changedAt: Date
  /** The oldest day; null if no paper is older. */
  backTo: Day | null
}

interface Head extends Omit<IndexedPapers, 'index'> {
  version: string
  database: string
  blocks: number
}

const pathOf = ({ DATA_DIR }: Config): string => join(DATA_DIR, 'archive.bin')

/** The same only for one database on one timeline. */
const databaseKey = async (db: Database): Promise<string> =>
  `${await databaseIdentity(db)} ${await databaseTimeline(db)}`

/** Writes the papers in memory to DATA_DIR, for the next start. The event loop runs between the parts. */
export async function saveArchive({ db, config }: Deps, papers: IndexedPapers): Promise<void> {
  const { index, ...facts } = papers
  const { vocabularies, blocks } = index.parts()
  const head: Head = { ...facts, version: VERSION, database: '', blocks: blocks.length }
  const path = pathOf(config)
  const unfinished = `${path}.${process.pid}`
  await mkdir(config.DATA_DIR, { recursive: true })
  await removeUnfinished(config.DATA_DIR)
  const file = await open(unfinished, 'w', 0o600)
  try {
    const write = async (part: unknown) => {
      const [head, bytes] = [Buffer.alloc(8), serialize(part)]
      head.writeUInt32LE(bytes.length)
      head.writeUInt32LE(crc32(bytes), 4)
      await file.writev([head, bytes])
    }
    await write({ ...head, database: await databaseKey(db) })
    await write(vocabularies())
    for (const block of blocks) await write(block())
    await file.sync()
    await file.close()
    await rename(unfinished, path)
  } catch (error) {
    await file.close().catch(() => {})
    await rm(unfinished, { force: true })
    throw error
  }
}

/** Files of processes that ended while they wrote one. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^archive\.bin\.(\d+)$/.exec(name)?.[1])
    if (pid && !isRunning(pid)) await rm(join(folder, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Longer than the time from a transaction's timestamp until the transaction becomes visible. */
export const OVERLAP_MS = 3 * 60_000

/**
 * Reads the papers that an earlier process wrote, as they were at `fileChangedAt`, and all changes since. Null if there
 * is no such file, or if it is from another version of the program, does not fit the database or cannot be read.
 */
export async function loadArchive({
  db,
  config,
  log,
}: Deps): Promise<(IndexedPapers & { fileChangedAt: Date }) | null> {
  const changedAt = await lastChange(db)
  const database = await databaseKey(db)
  const saved = await readFile(pathOf(config), database).catch((error) =>
    log.warn('archive.unread', { what: errorText(error) }),
  )
  // A restored database may be older than the file.
  if (!saved || !changedAt || changedAt < saved.changedAt) return null
  const { index, maxPaperId, backTo } = saved
  const { papers, gone } = await changesSince(db, new Date(saved.changedAt.getTime() - OVERLAP_MS))
  await upsertYielding(index, papers)
  for (const id of gone) index.remove(id)
  let count = 0
  forEachBit(index.live, (docId) => {
    const { id, firstDay } = index.attributes(docId)
    if (id <= maxPaperId && (backTo === null || firstDay > backTo)) count++
  })
  const isSame = count === (await countPapersUpTo(db, { upTo: maxPaperId, after: backTo }))
  return isSame ? { ...saved, changedAt, fileChangedAt: saved.changedAt } : null
}

/** The block without its bytes in the file, which `deserialize` would keep in memory for the arrays. */
function detached({ segment, ...block }: IndexBlock): IndexBlock {
  return { ...block, segment: copyOf(segment) }
}

function copyOf<Value extends object>(value: Value): Value {
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint32Array).slice() as unknown as Value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)])) as Value
}

async function readFile(path: string, database: string): Promise<IndexedPapers | null> {
  const file = await open(path).catch(() => null)
  if (!file) return null
  const { size } = await file.stat()
  const bytesOf = async (length: number) => {
    if (length > size) throw new Error(`${path} is not an archive`)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length))
    if (bytesRead < length) throw new Error(`${path} ends too early`)
    return buffer
  }
  const read = async () => {
    const head = await bytesOf(8)
    const bytes = await bytesOf(head.readUInt32LE())
    if (crc32(bytes) !== head.readUInt32LE(4)) throw new Error(`${path} is damaged`)
    return deserialize(bytes)
  }
  try {
    const head = (await read()) as Head
    if (head.version !== VERSION || head.database !== database) return null
    const { prose, names } = (await read()) as VocabulariesData
    const index = new PaperIndex({
      prose: new Vocabulary('prose', prose),
      names: new Vocabulary('names', names),
    })
    useStoredKeys(index.vocabularies.prose.keyOfWord)
    for (let i = 0; i < head.blocks; i++) index.restore(detached((await read()) as IndexBlock))
    const { maxPaperId, changedAt, backTo } = head
    return { index, maxPaperId, changedAt, backTo }
  } finally {
    await file.close()
  }
}
