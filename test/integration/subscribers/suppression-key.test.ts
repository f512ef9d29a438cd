import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { silentLog } from '../../../src/core/log.ts'
import { readSwitch } from '../../../src/core/switch.repo.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { startService } from '../../../src/service/service.ts'
import { runCli } from '../../support/commands.ts'
import { useDatabase } from '../../support/database.ts'
import { runProgram } from '../../support/processes.ts'

const database = useDatabase()
const FIRST = 'the first key, of more than thirty-two bytes'
const OTHER = 'another key, of more than thirty-two bytes!!'

const settings = (key: string) => ({ DATABASE_URL: database.url, SUPPRESSION_KEY: key, PORT: '0' })

/** A start of the whole program in this process, which ends at once. */
async function starts(key: string): Promise<void> {
  const service = await startService(readConfig(settings(key)), [], { features: FEATURES, log: silentLog })
  await service.stop()
}

test('the key of the first start is the only one that a later start takes', async () => {
  await starts(FIRST)
  const known = await readSwitch(database.db, 'suppression-key')
  expect(known?.value).not.toContain(FIRST)
  await starts(FIRST)
  await expect(starts(OTHER)).rejects.toMatchObject({ code: 'config.suppression-key', exit: 2 })
  expect(await readSwitch(database.db, 'suppression-key')).toEqual(known)
})

test('the service and a command end with 2 and say what to do', async () => {
  await starts(FIRST)
  const service = await runProgram(['src/main.ts'], settings(OTHER))
  const command = await runCli(['subscribers', 'list', '--json'], settings(OTHER))
  expect([service.code, command.code]).toEqual([2, 2])
  expect(service.stderr).toMatch(/SUPPRESSION_KEY.*set the first key again/is)
  expect(JSON.parse(command.stderr)).toMatchObject({ error: 'config.suppression-key' })
  expect((await runCli(['subscribers', 'list'], settings(FIRST))).code).toBe(0)
}, 30_000)

test('a migration by hand may be the first start; other commands record no key', async () => {
  await database.db.switch.deleteMany()
  expect((await runCli(['subscribers', 'list'], settings(FIRST))).code).toBe(0)
  expect((await runCli(['db', 'migrate'], settings(OTHER))).code).toBe(0)
  await expect(starts(FIRST)).rejects.toMatchObject({ code: 'config.suppression-key' })
}, 30_000)

test('two first starts at once, with two keys: one is refused', async () => {
  await database.db.switch.deleteMany()
  const ends = await Promise.allSettled([starts(FIRST), starts(OTHER)])
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})
