import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import {
  findEmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../../src/core/database/embedded-postgres.ts'
import { holdProcessLock } from '../../../../src/core/database/process-lock.ts'
import { buildDeps } from '../../../../src/core/deps.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { runCli } from '../../../support/commands.ts'

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

async function startedServer() {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'db-stop-'))
  chmodSync(DATA_DIR, 0o755)
  const folder = join(DATA_DIR, 'postgres')
  const { url } = await startEmbeddedPostgres(folder, { durable: false })
  onTestFinished(() => removeEmbeddedPostgres(folder))
  const stop = async (...flags: string[]) => {
    const { code, stdout, stderr } = await runCli(['db', 'stop', '--json', ...flags], {
      DATABASE_URL: 'embedded',
      DATA_DIR,
    })
    return { code, ...JSON.parse(stdout || stderr) }
  }
  return { url, folder, stop }
}

test('`db stop` stops the embedded Postgres, and does nothing if it is not running', async () => {
  const { folder, stop } = await startedServer()
  expect(await stop()).toEqual({ code: 0, stopped: true })
  expect(await findEmbeddedPostgres(folder)).toBeUndefined()
  expect(await stop()).toEqual({ code: 0, stopped: false })
  expect(await startEmbeddedPostgres(folder, { durable: false })).toMatchObject({ folder })
})

test('`db stop --dry-run` stops nothing', async () => {
  const { url, folder, stop } = await startedServer()
  expect(await stop('--dry-run')).toEqual({ code: 0, stopped: true, dryRun: true })
  expect(await findEmbeddedPostgres(folder)).toMatchObject({ url })
  const lock = await holdProcessLock(url, silentLog)
  expect(await stop('--dry-run')).toMatchObject({ code: 1, error: 'database.in-use' })
  await lock.stop()
})

test('`db stop` fails with database.in-use while a process works on the embedded Postgres', async () => {
  const { url, folder, stop } = await startedServer()
  const lock = await holdProcessLock(url, silentLog)
  expect(await stop()).toMatchObject({ code: 1, error: 'database.in-use' })
  expect(await findEmbeddedPostgres(folder)).toMatchObject({ url })
  await lock.stop()
  expect(await stop()).toEqual({ code: 0, stopped: true })
})

test('`db stop` stops no server but the embedded one, and creates no folder', async () => {
  const own = await runCli(['db', 'stop', '--json'], {
    DATABASE_URL: 'postgresql://papers@127.0.0.1:1/papers',
  })
  expect([own.code, JSON.parse(own.stderr).error]).toEqual([2, 'usage.wrong'])
  const DATA_DIR = join(tmpdir(), 'db-stop-without-data')
  expect(await runCli(['db', 'stop', '--json'], { DATA_DIR })).toMatchObject({
    stdout: '{"stopped":false}\n',
  })
  expect(existsSync(DATA_DIR)).toBe(false)
})
