import { readStoredGrades as readRightly } from '../../../../src/features/reader/read-grades.ts'
import { openReaderClient } from '../../../../src/features/reader/reader-client.ts'
import { readerSettings } from '../../../../src/features/reader/settings.ts'

/** Asks about each topic when its digest is planned. */
export const readStoredGrades: typeof readRightly = async (deps, request) => {
  const settings = readerSettings(deps.config)
  if (!settings) return new Map()
  const client = openReaderClient(settings)
  for (const { query = '' } of request.topics)
    await client.reply([{ role: 'user', content: query }], new AbortController().signal).catch(() => null)
  return readRightly(deps, request)
}
