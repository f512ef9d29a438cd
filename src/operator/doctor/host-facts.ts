import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Bytes that this process may write at a folder, or at the nearest one above it that exists. */
export function freeBytes(folder: string): number {
  const path = resolve(folder)
  if (!existsSync(path)) return freeBytes(dirname(path))
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** Permission bits; undefined where there is no such file. */
export function fileMode(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mode
}
