import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { errorTable } from '../../../src/core/error-table.ts'
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

test('`SUPPRESSION_KEY` must be that of the first start at all later starts', async () => {
  await starts(FIRST)
  const known = await readSwitch(database.db, 'suppression-key')
  expect(known?.value).not.toContain(FIRST)
  await starts(FIRST)
  await expect(starts(OTHER)).rejects.toMatchObject({ code: 'config.suppression-key', exit: 2 })
  expect(await readSwitch(database.db, 'suppression-key')).toEqual(known)
})

test('the service and a command exit with 2 for another `SUPPRESSION_KEY`', async () => {
  await starts(FIRST)
  const service = await runProgram(['src/main.ts'], settings(OTHER))
  const command = await runCli(['subscribers', 'list', '--json'], settings(OTHER))
  expect([service.code, command.code]).toEqual([2, 2])
  const [, whatToDo] = errorTable['config.suppression-key'].operator.split('{since}')
  expect(service.stderr).toContain(whatToDo)
  expect(JSON.parse(command.stderr)).toMatchObject({ error: 'config.suppression-key' })
  expect((await runCli(['subscribers', 'list'], settings(FIRST))).code).toBe(0)
}, 30_000)

test('a migration records the `SUPPRESSION_KEY`, and other commands do not', async () => {
  await database.db.switch.deleteMany()
  expect((await runCli(['subscribers', 'list'], settings(FIRST))).code).toBe(0)
  expect((await runCli(['db', 'migrate'], settings(OTHER))).code).toBe(0)
  await expect(starts(FIRST)).rejects.toMatchObject({ code: 'config.suppression-key' })
}, 30_000)

test('one of two first starts at once is refused if their keys differ', async () => {
  await database.db.switch.deleteMany()
  const ends = await Promise.allSettled([starts(FIRST), starts(OTHER)])
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})
