import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { type Service, startService } from '../../../src/service/service.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { problemsOf } from '../../support/problems-of.ts'
import { runCliProcess } from '../../support/processes.ts'

const OLD = 'the-old-secret-of-at-least-thirty-two-bytes'
const NEW = 'the-new-secret-of-at-least-thirty-two-bytes'
const NOON = new Date('2026-11-24T12:00:00Z')

const database = useDatabase()
const clock = stoppedClock(NOON)
const running: Service[] = []

beforeEach(async () => {
  clock.moveTo(NOON)
  await emptyTables(database.db)
})
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop()
})

async function start(APP_SECRET: string): Promise<Service> {
  const PORT = String(await freePort())
  const config = readConfig({ DATABASE_URL: database.url, PORT, APP_SECRET })
  const service = await startService(config, ['web'], { features: FEATURES, clock, log: silentLog })
  running.push(service)
  return service
}

const later = (minutes: number) => clock.moveTo(new Date(clock.now().getTime() + minutes * 60_000))

const problems = ({ deps }: Service) => problemsOf(deps, 'secrets-differ')

async function doctorOutput(APP_SECRET: string): Promise<string> {
  const settings = { DATABASE_URL: database.url, APP_SECRET, HF_URL: 'http://127.0.0.1:1' }
  return (await runCliProcess(['doctor'], settings)).stdout.replace(/\s+/g, ' ')
}

describe('two processes on one database', () => {
  test('with different secrets are a problem after five minutes, in either process, until one ends', async () => {
    const [first, second] = [await start(OLD), await start(NEW)]
    expect(await problems(first)).toEqual([])
    later(6)
    expect(await problems(first)).toHaveLength(1)
    expect(await problems(second)).toHaveLength(1)
    await running.pop()!.stop()
    expect(await problems(first)).toEqual([])
  })

  test('with the new and the old secret each are no problem', async () => {
    const [first] = [await start(`${NEW},${OLD}`), await start(`${NEW},${OLD}`)]
    later(6)
    expect(await problems(first)).toEqual([])
  })

  test('of which one has only the old secret of a rotation are a problem', async () => {
    const [rotated] = [await start(`${NEW},${OLD}`), await start(OLD)]
    later(6)
    expect(await problems(rotated)).toHaveLength(1)
  })

  test('of which one was killed are no problem after three minutes, then its row is removed', async () => {
    await start(OLD)
    await start(NEW)
    await database.db
      .$executeRaw`update switch set at = at - interval '3 minutes' where name like 'process %'`
    const third = await start(NEW)
    later(6)
    expect(await problems(third)).toEqual([])
    expect(await database.db.switch.count({ where: { name: { startsWith: 'process ' } } })).toBe(1)
  })

  test('leave no row when they have stopped, and no secret while they run', async () => {
    await start(`${NEW},${OLD}`)
    const rows = await database.db.switch.findMany({ where: { name: { startsWith: 'process ' } } })
    expect(rows).toHaveLength(1)
    for (const secret of [NEW, OLD]) expect(JSON.stringify(rows)).not.toContain(secret)
    await running.pop()!.stop()
    expect(await database.db.switch.count({ where: { name: { startsWith: 'process ' } } })).toBe(0)
  })
})

describe('doctor', () => {
  test('warns if a running process signs with a secret that it does not have', async () => {
    await start(NEW)
    expect(await doctorOutput(OLD)).toMatch(/does not have the APP_SECRET with which process \d+ on/)
    expect(await doctorOutput(`${NEW},${OLD}`)).not.toContain('APP_SECRET with which')
  })
})
