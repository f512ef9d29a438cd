import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Day, parseDay } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault, undefinedIfFault } from '../core/errors.ts'
import { importPapers, paperFileErrors } from './import-papers.ts'
import type { IngestedDay } from './ingest.ts'

/** What a file of the folder held, or why it was not imported. */
export type ImportedFile = { file: string } & (
  | (IngestedDay & { error?: undefined })
  | { error: string; message: string }
)

interface ImportFolderInput {
  folder: string
  /** Of files whose name has no date. */
  day?: Day
  dryRun?: boolean
}

/**
 * Imports the .json files of a folder, the earliest day first: see importPapers. Reports files that cannot be imported,
 * and imports the others. Throws import.no-files.
 */
export async function importFolder(
  deps: Deps,
  { folder, day, dryRun }: ImportFolderInput,
): Promise<ImportedFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  if (names.length === 0) throw new Fault(paperFileErrors['import.no-files'], { folder })
  const files = names.map((name) => ({ file: join(folder, name), day: dayInName(name) ?? day }))
  files.sort((a, b) => (a.day ?? '').localeCompare(b.day ?? '') || a.file.localeCompare(b.file))
  const imported: ImportedFile[] = []
  for (const { file, day } of files) {
    try {
      if (!day) throw new Fault(paperFileErrors['import.no-date'])
      imported.push({
        file,
        ...(await importPapers(deps, { text: await readFile(file, 'utf8'), day, dryRun })),
      })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      imported.push({ file, error: error.code, message: error.message })
    }
  }
  return imported
}

/** The date in "2026-11-24.json" or "papers-2026-11-24.json". */
function dayInName(name: string): Day | undefined {
  const [date] = /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/.exec(name) ?? []
  return date === undefined ? undefined : undefinedIfFault(() => parseDay(date))
}
