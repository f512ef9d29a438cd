import { existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Bytes that this process may write in a folder, or in its nearest existing parent. */
export function freeBytes(folder: string): number {
  const path = resolve(folder)
  if (!existsSync(path)) return freeBytes(dirname(path))
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** Permission bits; undefined if the file does not exist. */
export function fileMode(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mode
}
