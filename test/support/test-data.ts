import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The folder of further recordings that TEST_DATA names; CONTRIBUTING.md describes it. */
const folder = process.env.TEST_DATA ? resolve(process.env.TEST_DATA) : undefined

/** A file or folder of the further recordings; undefined if TEST_DATA is not set or has none. */
export function testData(path: string): string | undefined {
  const full = folder && join(folder, path)
  return full && existsSync(full) ? full : undefined
}

/** Why something that needs the further recordings cannot run. */
export const noTestData = (path: string): string =>
  folder ? `TEST_DATA has no ${path}` : `needs ${path} in TEST_DATA, which is not set`
