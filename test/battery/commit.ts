import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** The commit that runs, such as "1a2b3c4" or "1a2b3c4 + changes"; "unknown" outside a Git checkout. */
export function commitOf(folder = root): string {
  const head = git(folder, 'rev-parse', '--short', 'HEAD')
  if (head === undefined) return 'unknown'
  return git(folder, 'status', '--porcelain') ? `${head} + changes` : head
}

function git(folder: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
