import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText } from '../../../src/core/errors.ts'
import { atEndOfRun } from '../bench/cleanups.ts'

const TOP_UP_MS = 200
const PIECES = [65_536, 4096]

export interface SmallDisk {
  folder: string
  /** Fills the disk, and keeps it full until the returned function is called. */
  fill(): () => void
}

/** Runs `work` with a disk of that size in megabytes; returns the reason if this machine cannot have one. */
export async function withSmallDisk<T>(
  megabytes: number,
  work: (disk: SmallDisk) => Promise<T>,
): Promise<T | string> {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    rmSync(folder, { recursive: true })
    return `no tmpfs can be mounted here: ${errorText(error).trim()}`
  }
  const away = () => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  }
  const ended = atEndOfRun(away)
  chmodSync(folder, 0o755) // Postgres runs as another user
  try {
    return await work({ folder, fill: () => fillFrom(join(folder, 'ballast')) })
  } finally {
    ended()
    away()
  }
}

function fillFrom(ballast: string): () => void {
  append(ballast)
  const timer = setInterval(() => append(ballast), TOP_UP_MS)
  return () => {
    clearInterval(timer)
    rmSync(ballast, { force: true })
  }
}

function append(path: string): void {
  const file = openSync(path, 'a')
  for (const size of PIECES) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch {
      // No more space for a file of this size.
    }
  }
  closeSync(file)
}
