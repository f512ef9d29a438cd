import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Migrations of a release that does not exist: a column and a table, then an index that is built concurrently. */
export const LATER_MIGRATIONS = join(root, 'test/fixtures/later-migrations')
export const [LATER = '', LATER_INDEX = ''] = readdirSync(LATER_MIGRATIONS).sort()

/** What a database of 1.0 lacks for that release, oldest first. */
export const SINCE_FIRST = readdirSync(join(root, 'prisma/migrations'))
  .filter((name) => /^\d/.test(name))
  .sort()
  .slice(1)
  .concat(LATER, LATER_INDEX)

/** This program as a later release: a copy with those migrations, in a folder of its own. */
export interface NextRelease {
  folder: string
  migrations: string
  remove(): void
}

/** `others`: more files and folders that the copy needs. */
export function nextRelease(...others: string[]): NextRelease {
  const folder = mkdtempSync(join(tmpdir(), 'next-release-'))
  for (const part of ['src', 'prisma', 'templates', 'package.json', ...others])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const migrations = join(folder, 'prisma/migrations')
  cpSync(LATER_MIGRATIONS, migrations, { recursive: true })
  return { folder, migrations, remove: () => rmSync(folder, { recursive: true }) }
}
