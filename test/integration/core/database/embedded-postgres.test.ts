import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../../src/core/database/embedded-postgres.ts'
import { buildDeps } from '../../../../src/core/deps.ts'

const isRoot = process.getuid?.() === 0

test.skipIf(!isRoot)(
  'embedded Postgres keeps its data only in DATA_DIR in production (skipped: needs root)',
  async () => {
    const DATA_DIR = join(mkdtempSync(join(tmpdir(), 'for-root-alone-')), 'data') // mode 0700
    const config = { ...readConfig({ DATA_DIR }), production: true }
    await expect(buildDeps(config)).rejects.toMatchObject({
      code: 'database.no-place',
      values: { folder: DATA_DIR },
    })
    expect(existsSync(join(DATA_DIR, 'postgres', 'PG_VERSION'))).toBe(false)
  },
)

function folderOfVersion(version: string): string {
  const parent = mkdtempSync(join(tmpdir(), 'other-version-'))
  chmodSync(parent, 0o755)
  const folder = join(parent, 'postgres')
  mkdirSync(folder)
  writeFileSync(join(folder, 'PG_VERSION'), `${version}\n`)
  return folder
}

test('embedded Postgres reports data of another major version at once, and does not change it', async () => {
  const folder = folderOfVersion('18')
  await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({
    code: 'database.other-version',
    values: { folder, found: '18', runs: '17' },
  })
  expect(readFileSync(join(folder, 'PG_VERSION'), 'utf8')).toBe('18\n')
})

test('embedded Postgres starts anew after data of another major version is removed', async () => {
  const folder = folderOfVersion('18')
  await removeEmbeddedPostgres(folder)
  expect(existsSync(folder)).toBe(false)
})
