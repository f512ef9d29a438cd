import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const MEMORY = '/dev/shm'
const MIN_FREE_BYTES = 2 * 1024 ** 3

/**
 * Where the data of a Postgres for tests goes: into memory, if there is room. A database is 300 files, and to copy them
 * on a disk takes twenty times the processor time.
 */
export const dataFolder = (): string => (isRoomy(MEMORY) ? MEMORY : tmpdir())

function isRoomy(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= MIN_FREE_BYTES
}
